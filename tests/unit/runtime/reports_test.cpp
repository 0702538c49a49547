// What members know of one another when reports get lost between them.
#include "runtime/member.hpp"
#include "unit/runtime/held_loop.hpp"
#include "wire/codec.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace baton::runtime {
namespace {

const NodeId hearer{"a"};
const NodeId teller{"b"};
const InstanceId server_x{"x"};
const InstanceId server_y{"y"};

/// Between the two members: carries reports and nothing else, or loses them.
struct Wire {
    std::map<NodeId, Transport::Receive> ends;
    std::map<NodeId, std::vector<cluster::NodeReport>> said;
    bool loses = false;
};

class WireEnd final : public Transport {
public:
    WireEnd(NodeId self, Wire& wire) : self_(std::move(self)), wire_(wire) {}
    void start(Receive receive, Connectivity /*connectivity*/) override {
        wire_.ends[self_] = std::move(receive);
    }
    void meet(const std::map<NodeId, cluster::Endpoint>& /*peers*/) override {}
    void send(const NodeId& to, Lane /*lane*/, PeerMessage message) override {
        const auto* report = std::get_if<cluster::NodeReport>(&message);
        if (report == nullptr) return;
        wire_.said[self_].push_back(*report);
        const auto end = wire_.ends.find(to);
        if (end != wire_.ends.end() && !wire_.loses) end->second(self_, std::move(message));
    }

private:
    NodeId self_;
    Wire& wire_;
};

class IdleDisk final : public LogStore {
public:
    void save(raft::Persist /*persist*/, Done<void> /*done*/) override {}
    void join(ClusterId /*cluster*/, raft::Snapshot /*first*/, Done<void> /*done*/) override {}
    void close_epoch(GroupId /*group*/, Epoch /*epoch*/, Done<void> /*done*/) override {}
    [[nodiscard]] Duration stalled_for(Instant /*now*/) const override { return {}; }
};

class AbsentGuard final : public Deadlines {
public:
    void set(const std::string& /*name*/, Instant /*when*/) override {}
    void clear(const std::string& /*name*/) override {}
    [[nodiscard]] bool verified() override { return false; }
};

Recovered member_of_two(const NodeId& self) {
    cluster::State state;
    state.id = ClusterId{"cluster"};
    for (const NodeId& node : {hearer, teller}) {
        state.nodes[node].declared.id = node;
        state.nodes[node].incarnation = Incarnation{1};
    }
    raft::Snapshot snapshot;
    snapshot.index = LogIndex{7};
    snapshot.term = Term{2};
    snapshot.membership.voters = {hearer, teller};
    snapshot.state = wire::encode(state);
    Recovered recovered;
    recovered.identity = {self, Incarnation{1}, state.id};
    recovered.raft.hard_state = {Term{2}, NodeId{}, LogIndex{7}};
    recovered.raft.snapshot = snapshot;
    return recovered;
}

cluster::InstanceReports servers(std::uint64_t offset_of_x, std::uint64_t offset_of_y) {
    cluster::InstanceReports reports;
    reports[server_x].offset = offset_of_x;
    reports[server_y].offset = offset_of_y;
    return reports;
}

/// Time stands still, so no whole report is due by itself after the first.
struct Reports : ::testing::Test {
    Reports() {
        for (const NodeId& self : {hearer, teller}) {
            MemberOptions options;
            options.self = self;
            options.consensus.raft.self = self;
            const auto end = ends.emplace(self, WireEnd{self, wire}).first;
            members[self] = std::make_unique<Member>(
                loop, end->second, disk, Fences{guard, kernel}, member_of_two(self), options,
                [](MemberView) {}, [](Event) {});
        }
        for (const auto& [self, member] : members) member->start();
        members[teller]->instances(servers(1, 1));
        turn(4);
        wire.said.clear();
    }
    void turn(int times = 1) {
        for (; times > 0; --times) {
            const auto due = std::exchange(loop.waiting, {});
            for (const auto& action : due) action();
        }
    }
    [[nodiscard]] cluster::NodeReport known(const NodeId& of, const NodeId& by) const {
        const auto reports = members.at(by)->view().reports;
        const auto found = reports.find(of);
        return found == reports.end() ? cluster::NodeReport{} : found->second;
    }
    void hear(const cluster::NodeReport& report) { wire.ends.at(hearer)(report.node, report); }
    /// How often `node` told the other that a report of that one was missed.
    [[nodiscard]] auto asked(const NodeId& node) {
        return std::ranges::count_if(wire.said[node], [](const cluster::NodeReport& report) {
            return report.peers.at(0).missed;
        });
    }
    [[nodiscard]] auto said_whole(const NodeId& node) {
        return std::ranges::count(wire.said[node], 0U, &cluster::NodeReport::since);
    }

    HeldLoop loop;
    Wire wire;
    IdleDisk disk;
    AbsentGuard guard;
    NoKernelLease kernel{"a test"};
    std::map<NodeId, WireEnd> ends;
    std::map<NodeId, std::unique_ptr<Member>> members;
};

TEST_F(Reports, NobodyAsksWhereNothingIsLost) {
    ASSERT_EQ(known(teller, hearer).instances, servers(1, 1));
    members[teller]->instances(servers(1, 2));
    turn(4);
    ASSERT_FALSE(wire.said[teller].empty());
    EXPECT_EQ(wire.said[teller].front().instances.size(), 1U) << "only what changed is said";
    EXPECT_EQ(known(teller, hearer).instances, servers(1, 2));
    EXPECT_EQ(asked(hearer), 0);
    EXPECT_EQ(said_whole(teller), 0);
}

TEST_F(Reports, WhoMissedOneAsksForAWholeOneAndGetsIt) {
    members[teller]->instances(servers(2, 1));
    wire.loses = true;
    turn();
    wire.loses = false;
    ASSERT_EQ(wire.said[teller].size(), 1U);
    members[teller]->instances(servers(2, 2));
    turn();
    ASSERT_EQ(wire.said[teller].size(), 2U);
    EXPECT_EQ(known(teller, hearer).instances, servers(1, 1)) << "not half of what was said since";
    turn(4);
    EXPECT_GE(asked(hearer), 1);
    EXPECT_EQ(said_whole(teller), 1);
    EXPECT_EQ(known(teller, hearer).instances, servers(2, 2));
    wire.said.clear();
    members[hearer]->instances(servers(3, 3));
    turn(4);
    ASSERT_FALSE(wire.said[hearer].empty());
    EXPECT_EQ(asked(hearer), 0) << "it has got what it asked for";
}

TEST_F(Reports, OneThatContinuesAnUnknownOneIsNotTakenForAWholeOne) {
    const cluster::NodeReport known_before = known(teller, hearer);
    cluster::NodeReport later = known_before;
    later.sequence = known_before.sequence + 2;
    later.since = known_before.sequence + 1;
    later.doubts_itself = true;
    later.instances = {};
    later.instances[server_y].offset = 9;
    hear(later);
    EXPECT_EQ(known(teller, hearer), known_before);
    later.since = 0;
    hear(later);
    EXPECT_EQ(known(teller, hearer), later) << "a whole one is";
}

TEST_F(Reports, OfAnAgentThatWasNeverHeardOnlyAWholeOneCounts) {
    cluster::NodeReport first;
    first.node = NodeId{"c"};
    first.sequence = 8;
    first.since = 7;
    first.instances[server_x].offset = 9;
    hear(first);
    EXPECT_EQ(known(first.node, hearer), cluster::NodeReport{});
    first.since = 0;
    hear(first);
    EXPECT_EQ(known(first.node, hearer), first);
}

}  // namespace
}  // namespace baton::runtime
