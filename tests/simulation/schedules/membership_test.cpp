// Changing who votes. Two quick changes could let a takeover miss the voter that
// renewed last, so each waits until a lease has passed since what came before.
#include "simulation/schedules/run.hpp"

#include <optional>

namespace baton::simulation {
namespace {

class MembershipChange : public ::testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(cluster.run_until_steady(seconds{10})) << story(cluster);
        ASSERT_TRUE(cluster.run_for(seconds{1})) << story(cluster);
    }
    runtime::Member& member(const NodeId& node) {
        return cluster.node(node.text).agent()->member();
    }

    /// Asks the leader for `voters` and waits for its answer.
    Result<cluster::EntryReference> change_to(const std::vector<NodeId>& voters) {
        std::optional<Result<cluster::EntryReference>> answer;
        raft::Membership next = member(cluster.leader()->id()).view().raft.membership;
        next.voters = voters;
        member(cluster.leader()->id()).propose_membership(next, [&](auto result) {
            answer = std::move(result);
        });
        static_cast<void>(cluster.run_until([&] { return answer.has_value(); }, seconds{2}));
        return answer ? *answer : unavailable("no answer");
    }

    Cluster cluster{simulation::Setup{.seed = 5, .verbose = loud()}};
};

/// Until a new leader's first entry is committed, voters may hold an uncommitted
/// membership of its predecessor and renew under it.
TEST_F(MembershipChange, ANewLeaderWaitsALeaseFromItsFirstCommit) {
    const NodeId before = cluster.leader()->id();
    const NodeId next = cluster.standby_nodes().back() == before ? cluster.standby_nodes().front()
                                                                 : cluster.standby_nodes().back();
    member(before).transfer_leadership(next, [](const Result<void>&) {});
    const auto leads = [&] { return member(next).view().raft.role == raft::Role::leader; };
    for (int steps = 0; steps < 10'000 && !leads(); ++steps) {
        ASSERT_TRUE(cluster.run_for(microseconds{50})) << story(cluster);
    }
    ASSERT_TRUE(leads()) << story(cluster);
    // It leads, and nobody else can write what it proposes.
    const LogIndex committed = member(next).view().raft.commit;
    for (const NodeId& node : cluster.names()) {
        if (node == next) continue;
        cluster.node(node.text).disk().stall_until(cluster.world().now() + milliseconds{1500});
    }
    const auto first_commit = [&] { return member(next).view().raft.commit > committed; };
    ASSERT_FALSE(cluster.run_until(first_commit, milliseconds{1400})) << story(cluster);
    ASSERT_TRUE(cluster.run_until(first_commit, milliseconds{300})) << story(cluster);
    ASSERT_EQ(cluster.leader()->id(), next) << story(cluster);

    const auto early = change_to({next, before});
    ASSERT_FALSE(early) << story(cluster);
    EXPECT_EQ(early.error().kind, ErrorKind::refused) << early.error().message;
    EXPECT_NE(early.error().message.find("less than a lease ago"), std::string::npos)
        << early.error().message;
    ASSERT_TRUE(cluster.run_for(seconds{1})) << story(cluster);
    EXPECT_TRUE(change_to({next, before})) << story(cluster);
}

}  // namespace
}  // namespace baton::simulation
