// Whom a node speaks to before it is a member.
#include "runtime/formation.hpp"
#include "unit/runtime/held_loop.hpp"
#include "wire/codec.hpp"

#include <gtest/gtest.h>

#include <set>

namespace baton::runtime {
namespace {

class Noted final : public Transport {
public:
    void start(Receive /*receive*/, Connectivity /*connectivity*/) override {}
    void meet(const std::map<NodeId, cluster::Endpoint>& peers) override {
        met = peers;
        ++times;
    }
    void send(const NodeId& to, Lane /*lane*/, PeerMessage /*message*/) override {
        sent.insert(to);
    }

    std::map<NodeId, cluster::Endpoint> met;
    std::size_t times = 0;
    std::set<NodeId> sent;
};

const NodeId a{"a"};
const NodeId b{"b"};
const NodeId d{"d"};

cluster::Node node(const NodeId& name, std::uint16_t port = 7400) {
    return {name, {"host-" + name.text, port}, {"host-" + name.text, 7401}, true};
}

/// The file of node b names a. Its directory was emptied, and d joined since the
/// file was written.
struct Emptied : ::testing::Test {
    Emptied() {
        cluster::Topology file;
        file.nodes = {node(a), node(b)};
        formation = std::make_unique<Formation>(loop, transport, b, Incarnation{2}, file, "digest",
                                                1, [](ClusterId, raft::Snapshot) {});
        formation->start();
    }
    void offer(const std::vector<cluster::Node>& nodes) {
        cluster::State state;
        state.id = ClusterId{"one"};
        for (const cluster::Node& each : nodes) {
            state.nodes[each.id].declared = each;
            state.nodes[each.id].incarnation = Incarnation{1};
        }
        raft::Snapshot snapshot;
        snapshot.state = wire::encode(state);
        formation->receive(a, baton::Formation{snapshot});
    }
    void turn() {
        transport.sent.clear();
        const auto due = std::exchange(loop.waiting, {});
        for (const auto& action : due) action();
    }

    HeldLoop loop;
    Noted transport;
    std::unique_ptr<Formation> formation;
};

TEST_F(Emptied, TheNodesOfItsFileAreToldFirst) {
    EXPECT_EQ(transport.sent, std::set{a});
    EXPECT_EQ(transport.times, 0U);
}

TEST_F(Emptied, ANodeThatOnlyTheClusterKnowsIsTold) {
    offer({node(a), node(b), node(d)});
    EXPECT_EQ(transport.met, (std::map{std::pair{a, node(a).peer}, std::pair{d, node(d).peer}}));
    turn();
    EXPECT_EQ(transport.sent, (std::set{a, d}));
}

TEST_F(Emptied, WhatItsFileNamesStaysAndIsMetOnce) {
    offer({node(b), node(d)});
    offer({node(a, 9999), node(b), node(d)});
    EXPECT_EQ(transport.times, 1U);
    EXPECT_EQ(transport.met.at(a), node(a).peer);
}

}  // namespace
}  // namespace baton::runtime
