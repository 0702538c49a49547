#include "core/cluster/departure.hpp"
#include "core/cluster/state.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace baton::cluster {
namespace {

const EntryReference place{LogIndex{5}, Term{1}};

std::vector<DepartureFacts> every_departure() {
    std::vector<DepartureFacts> all;
    for (unsigned bits = 0; bits < 32; ++bits) {
        const auto bit = [&](unsigned at) { return (bits >> at & 1U) != 0; };
        all.push_back({bit(0), bit(1), bit(2), bit(3), bit(4)});
    }
    return all;
}

State three_nodes() {
    Topology topology{"shop", {}, {}, {}};
    std::uint16_t port = 7400;
    for (const char* name : {"a", "b", "c"}) {
        Node node{NodeId{name}, {"127.0.0.1", port}, {"127.0.0.1", 8080}, true};
        node.api.port = static_cast<std::uint16_t>(port++ + 1000);
        topology.nodes.push_back(node);
    }
    return form(ClusterId{"1"}, topology, {{NodeId{"a"}, Incarnation{1}}});
}

Node another(const char* name, std::uint16_t port) {
    return {NodeId{name},
            {"127.0.0.1", port},
            {"127.0.0.1", static_cast<std::uint16_t>(port + 1)},
            true};
}

TEST(Departure, ChangesNothingWithoutAMajorityOrWhileSomethingIsDeclaredThere) {
    for (const DepartureFacts& facts : every_departure()) {
        const bool may = facts.quorum && facts.settled && !facts.bound && !facts.leads;
        EXPECT_EQ(next_step(facts).step != DepartureStep::wait, may);
    }
}

TEST(Departure, ForgetsOnlyWhoIsNoMember) {
    for (const DepartureFacts& facts : every_departure()) {
        if (next_step(facts).step == DepartureStep::forget) {
            EXPECT_FALSE(facts.member);
        }
        if (next_step(facts).step == DepartureStep::leave) {
            EXPECT_TRUE(facts.member);
        }
    }
}

TEST(Departure, OnlyAnAskedForDepartureEndsInForgetting) {
    State state = three_nodes();
    EXPECT_FALSE(state.apply(ForgetNode{NodeId{"c"}}, place));
    EXPECT_TRUE(state.apply(SetDuty{NodeId{"c"}, Duty::leaving, "ann", 0}, place));
    EXPECT_TRUE(state.apply(ForgetNode{NodeId{"c"}}, place));
    EXPECT_FALSE(state.nodes.contains(NodeId{"c"}));
    EXPECT_FALSE(state.apply(ForgetNode{NodeId{"c"}}, place));
}

TEST(Departure, IsRefusedWhileAServerOrFrontIsDeclaredThere) {
    State state = three_nodes();
    GroupState& group = state.groups[GroupId{"cache"}];
    group.declared.id = GroupId{"cache"};
    group.declared.instances.push_back({InstanceId{"cache-c"}, NodeId{"c"}, {}, "/d", "", 100});
    EXPECT_NE(bound_to(state, NodeId{"c"}).find("cache-c"), std::string::npos);
    EXPECT_FALSE(state.apply(SetDuty{NodeId{"c"}, Duty::leaving, "ann", 0}, place));
    group.declared.instances.clear();
    group.declared.front_nodes.emplace_back("c");
    EXPECT_FALSE(state.apply(SetDuty{NodeId{"c"}, Duty::leaving, "ann", 0}, place));
    group.declared.front_nodes.clear();
    EXPECT_TRUE(state.apply(SetDuty{NodeId{"c"}, Duty::leaving, "ann", 0}, place));
    group.declared.front_nodes.emplace_back("c");
    EXPECT_FALSE(state.apply(ForgetNode{NodeId{"c"}}, place)) << "declared meanwhile";
}

TEST(Departure, TheLastVoterStays) {
    State state = three_nodes();
    for (const char* name : {"a", "b"}) state.nodes[NodeId{name}].declared.voter = false;
    EXPECT_FALSE(state.apply(SetDuty{NodeId{"c"}, Duty::leaving, "ann", 0}, place));
}

TEST(Addition, MakesANodeKnownWithoutADirectory) {
    State state = three_nodes();
    EXPECT_TRUE(state.apply(AddNode{another("d", 7500), "ann", 0}, place));
    EXPECT_EQ(state.nodes[NodeId{"d"}].incarnation, Incarnation{});
    EXPECT_EQ(state.nodes[NodeId{"d"}].duty, Duty::active);
    EXPECT_FALSE(state.apply(AddNode{another("d", 7500), "ann", 0}, place)) << "twice";
    EXPECT_FALSE(state.apply(AddNode{another("e e", 7600), "ann", 0}, place)) << "no name";
}

TEST(Addition, MoreThanSevenVotersAreRefused) {
    State state = three_nodes();
    std::uint16_t port = 7500;
    for (const char* name : {"d", "e", "f", "g"}) {
        EXPECT_TRUE(state.apply(AddNode{another(name, port), "ann", 0}, place));
        port = static_cast<std::uint16_t>(port + 10);
    }
    Node eighth = another("h", port);
    EXPECT_FALSE(state.apply(AddNode{eighth, "ann", 0}, place));
    eighth.voter = false;
    EXPECT_TRUE(state.apply(AddNode{eighth, "ann", 0}, place));
}

}  // namespace
}  // namespace baton::cluster
