// What operators ask for, and what waits for them.
#include "simulation/schedules/run.hpp"

#include <algorithm>
#include <utility>

namespace baton::simulation {
namespace {

class Operator : public ::testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(cluster.run_until_steady(seconds{10})) << story(cluster);
        ASSERT_TRUE(cluster.run_for(seconds{1})) << story(cluster);
        primary = cluster.primary_node();
    }
    void ask(cluster::RequestKind kind, const NodeId& target, bool accept_loss = false) {
        cluster::Request request;
        request.group = cluster.group();
        request.epoch = cluster.agreed()->epoch;
        request.kind = kind;
        if (target) request.target = cluster.server_on(target).id();
        request.accept_loss = accept_loss;
        request.by = "operator";
        cluster.propose(request);
        ASSERT_TRUE(cluster.run_for(milliseconds{20}));
    }
    void pause_group(bool paused) {
        cluster.propose(cluster::SetPaused{cluster.group(), paused, "operator", "", 0});
        ASSERT_TRUE(cluster.run_for(milliseconds{20}));
    }
    void let_lead(const NodeId& node) {
        SimAgent* agent = cluster.leader()->agent();
        agent->consensus_loop().post([agent, node] {
            agent->member().transfer_leadership(node, [](const Result<void>&) {});
        });
        ASSERT_TRUE(cluster.run_until([&] { return cluster.leader() == &cluster.node(node.text); },
                                      seconds{2}))
            << story(cluster);
        ASSERT_TRUE(cluster.run_for(milliseconds{300})) << story(cluster);
    }
    void isolate(const NodeId& node) {
        for (const NodeId& other : cluster.names()) {
            cluster.network().cut(node, other);
            cluster.network().cut(other, node);
        }
    }
    void kill_server(const NodeId& node) {
        cluster.node(node.text).machine().kill(cluster.server_on(node).id().text);
    }
    [[nodiscard]] bool decided(const std::string& rule) {
        return std::ranges::find(cluster.agreed()->decisions, rule, &cluster::Decision::rule) !=
               cluster.agreed()->decisions.end();
    }
    [[nodiscard]] cluster::Phase phase() { return cluster.agreed()->phase; }

    explicit Operator(simulation::Setup setup = {.seed = 11, .verbose = loud()})
        : cluster(std::move(setup)) {}

    Cluster cluster;
    NodeId primary;
};

TEST_F(Operator, SwitchoverKeepsEveryWriteAndPausesBriefly) {
    const NodeId target = cluster.standby_nodes().back();
    const Instant asked = cluster.world().now();
    ask(cluster::RequestKind::switchover, target);
    ASSERT_TRUE(cluster.run_until([&] { return cluster.primary_node() == target; }, seconds{2}))
        << story(cluster);
    ASSERT_TRUE(cluster.run_until_steady(seconds{5})) << story(cluster);
    EXPECT_EQ(cluster.agreed()->epoch, Epoch{2});
    EXPECT_EQ(cluster.lost_writes(), 0U);
    EXPECT_EQ(cluster.switchovers(), 1U);
    EXPECT_LT(cluster.history().longest_gap(asked, cluster.world().now()), milliseconds{100});
}

TEST_F(Operator, SwitchoverIsUndoneWhenTheTargetDoesNotCatchUp) {
    cluster.server_on(primary).slow_replication(seconds{20});
    ASSERT_TRUE(cluster.run_for(milliseconds{100}));
    ask(cluster::RequestKind::switchover, cluster.standby_nodes().front());
    ASSERT_TRUE(cluster.run_for(seconds{12})) << story(cluster);
    cluster.server_on(primary).slow_replication(Duration{0});
    ASSERT_TRUE(cluster.run_until_steady(seconds{25})) << story(cluster);
    EXPECT_EQ(cluster.primary_node(), primary);
    EXPECT_EQ(cluster.agreed()->epoch, Epoch{1});
    EXPECT_EQ(cluster.agreed()->request.kind, cluster::RequestKind::none);
    EXPECT_EQ(cluster.lost_writes(), 0U);
}

/// The target's machine dies just before the request: the request is taken,
/// since nobody can know yet, and given up as soon as somebody does.
TEST_F(Operator, SwitchoverToANodeThatHasJustDiedIsSoonGivenUp) {
    const auto standbys = cluster.standby_nodes();
    const bool first_leads = cluster.leader()->id() == standbys.front();
    const NodeId target = first_leads ? standbys.back() : standbys.front();
    cluster.node(target.text).crash();
    const Instant asked = cluster.world().now();
    ask(cluster::RequestKind::switchover, target);
    ASSERT_EQ(phase(), cluster::Phase::handing_over) << story(cluster);
    ASSERT_TRUE(
        cluster.run_until([&] { return phase() != cluster::Phase::handing_over; }, seconds{1}))
        << story(cluster);
    EXPECT_TRUE(decided("switchover.lost")) << story(cluster);
    ASSERT_TRUE(cluster.run_for(seconds{1})) << story(cluster);
    EXPECT_LT(cluster.history().longest_gap(asked, cluster.world().now()), seconds{1});
    ask(cluster::RequestKind::switchover, first_leads ? standbys.front() : standbys.back());
    ASSERT_TRUE(cluster.run_until([&] { return cluster.agreed()->epoch == Epoch{2}; }, seconds{2}))
        << story(cluster);
    ASSERT_TRUE(cluster.run_for(seconds{1})) << story(cluster);
    EXPECT_EQ(cluster.lost_writes(), 0U);
}

/// The attempt ended when the primary closed itself for want of a lease. It serves
/// again, and the switchover must not stay under way until its time is over.
TEST_F(Operator, ASwitchoverEndsWhenItsPrimaryClosedAndOpenedAgain) {
    cluster.server_on(primary).slow_replication(seconds{20});
    ASSERT_TRUE(cluster.run_for(milliseconds{100}));
    ask(cluster::RequestKind::switchover, cluster.standby_nodes().front());
    ASSERT_EQ(phase(), cluster::Phase::handing_over) << story(cluster);
    isolate(primary);
    ASSERT_TRUE(cluster.run_until([&] { return !cluster.server_on(primary).is_primary(); },
                                  milliseconds{700}))
        << story(cluster);
    cluster.network().heal_all();
    cluster.server_on(primary).slow_replication(Duration{0});
    ASSERT_TRUE(
        cluster.run_until([&] { return cluster.server_on(primary).is_primary(); }, seconds{1}))
        << story(cluster);
    ASSERT_TRUE(cluster.run_until_steady(seconds{2})) << story(cluster);
    EXPECT_TRUE(decided("switchover.given_up")) << story(cluster);
    EXPECT_EQ(cluster.agreed()->epoch, Epoch{1});
    EXPECT_EQ(cluster.primary_node(), primary);
}

/// The primary's agent sleeps through the end of the first one and the beginning of
/// the second; to it they must not look like one that it has tried already.
TEST_F(Operator, ASecondSwitchoverIsTriedByAnAgentThatSleptThroughTheEndOfTheFirst) {
    const NodeId target = cluster.standby_nodes().back();
    let_lead(cluster.standby_nodes().front());
    cluster.server_on(primary).slow_replication(milliseconds{900});
    ASSERT_TRUE(cluster.run_for(milliseconds{100}));
    ask(cluster::RequestKind::switchover, target);
    ASSERT_EQ(phase(), cluster::Phase::handing_over) << story(cluster);
    const auto in_vain = [&] {
        const auto& own = cluster.node(primary.text).agent()->view().reports.at(primary);
        return own.instances.begin()->second.hand_over_failed.value > 0;
    };
    for (int steps = 0; steps < 20'000 && !in_vain(); ++steps) {
        ASSERT_TRUE(cluster.run_for(microseconds{100})) << story(cluster);
    }
    cluster.node(primary.text).freeze_agent();
    ASSERT_TRUE(cluster.run_until([&] { return phase() != cluster::Phase::handing_over; },
                                  milliseconds{100}))
        << story(cluster);
    ASSERT_EQ(cluster.agreed()->request.kind, cluster::RequestKind::none) << story(cluster);
    ask(cluster::RequestKind::switchover, target);
    ASSERT_EQ(phase(), cluster::Phase::handing_over) << story(cluster);
    cluster.server_on(primary).slow_replication(Duration{0});
    cluster.node(primary.text).thaw_agent();
    ASSERT_TRUE(cluster.run_until([&] { return cluster.primary_node() == target; }, seconds{2}))
        << story(cluster);
}

TEST_F(Operator, APausedGroupWaitsAndGoesOnWhenResumed) {
    pause_group(true);
    kill_server(primary);
    ASSERT_TRUE(cluster.run_for(seconds{3})) << story(cluster);
    EXPECT_EQ(cluster.agreed()->epoch, Epoch{1});
    EXPECT_EQ(cluster.promotions(), 1U);
    pause_group(false);
    ASSERT_TRUE(cluster.run_until_steady(seconds{5})) << story(cluster);
    EXPECT_EQ(cluster.agreed()->epoch, Epoch{2});
}

TEST_F(Operator, ASecondFailoverSoonAfterNeedsProof) {
    kill_server(primary);
    ASSERT_TRUE(cluster.run_until([&] { return cluster.agreed()->epoch == Epoch{2}; }, seconds{2}))
        << story(cluster);
    ASSERT_TRUE(cluster.run_until_steady(seconds{5})) << story(cluster);
    const NodeId second = cluster.primary_node();
    cluster.node(second.text).crash();
    ASSERT_TRUE(cluster.run_for(seconds{5})) << story(cluster);
    EXPECT_EQ(cluster.agreed()->epoch, Epoch{2}) << "silence alone moved the group again";
    cluster.node(second.text).boot();
    ASSERT_TRUE(cluster.run_until_steady(seconds{10})) << story(cluster);
    EXPECT_EQ(cluster.agreed()->epoch, Epoch{3});
}

TEST_F(Operator, AfterTotalLossTheLastPrimaryComesBackWithItsDump) {
    cluster.server_on(primary).save_dump();
    const std::size_t held = cluster.server_on(primary).data().size();
    ASSERT_GT(held, 50U);
    for (const NodeId& name : cluster.names()) cluster.node(name.text).crash();
    ASSERT_TRUE(cluster.run_for(seconds{2})) << story(cluster);
    for (const NodeId& name : cluster.names()) cluster.node(name.text).boot();
    ASSERT_TRUE(cluster.run_until_steady(seconds{15})) << story(cluster);
    EXPECT_EQ(cluster.primary_node(), primary);
    EXPECT_GE(cluster.server_on(primary).data().size(), held);
}

/// Each opening begins a new history, of which standbys remember one step: a
/// primary that opens twice more at its epoch must not make them look foreign.
TEST_F(Operator, APrimaryThatOpensTwiceMoreAtOneEpochIsStillSucceededByAStandby) {
    pause_group(true);
    const auto shut = [&] {
        for (const NodeId& other : cluster.standby_nodes()) {
            cluster.network().cut(primary, other);
            cluster.network().cut(other, primary);
        }
        return cluster.run_until([&] { return !cluster.server_on(primary).is_primary(); },
                                 seconds{2});
    };
    const auto open = [&] {
        cluster.network().heal_all();
        return cluster.run_until([&] { return cluster.server_on(primary).is_primary(); },
                                 seconds{3});
    };
    const std::string first = cluster.server_on(primary).history();
    ASSERT_TRUE(shut() && open()) << story(cluster);
    const std::string second = cluster.server_on(primary).history();
    ASSERT_NE(first, second);
    ASSERT_TRUE(shut() && open()) << story(cluster);
    ASSERT_NE(second, cluster.server_on(primary).history());
    ASSERT_TRUE(cluster.run_until_steady(seconds{10})) << story(cluster);
    EXPECT_EQ(cluster.agreed()->epoch, Epoch{1});
    EXPECT_EQ(cluster.agreed()->lineage.replication_id, cluster.server_on(primary).history());
    kill_server(primary);
    pause_group(false);
    ASSERT_TRUE(cluster.run_until_steady(seconds{10})) << story(cluster);
    EXPECT_NE(cluster.primary_node(), primary);
}

/// Confirmed by WAIT 1 means on a standby; with both heard, none is lost.
TEST_F(Operator, WritesThatWaitOneConfirmedSurviveTheDeathOfThePrimary) {
    cluster.server_on(primary).slow_replication(milliseconds{50});
    ASSERT_TRUE(cluster.run_for(seconds{1})) << story(cluster);
    kill_server(primary);
    ASSERT_TRUE(cluster.run_until_steady(seconds{5})) << story(cluster);
    EXPECT_GT(cluster.lost_writes(), 0U) << "the last ones were not confirmed";
    EXPECT_EQ(cluster.lost_confirmed_writes(), 0U);
    const auto confirmed =
        std::ranges::count_if(cluster.history().writes(), &WriteRecord::confirmed);
    EXPECT_GT(confirmed, 100);
}

TEST_F(Operator, ANewDirectoryIsAdmittedWhileTheLeaderDies) {
    const NodeId replaced = cluster.standby_nodes().back();
    cluster.replace_directory(replaced);
    ASSERT_TRUE(cluster.run_for(milliseconds{400})) << story(cluster);
    ASSERT_NE(cluster.leader(), nullptr) << story(cluster);
    cluster.leader()->kill_agent(true);
    ASSERT_TRUE(cluster.run_until_steady(seconds{15})) << story(cluster);
    EXPECT_TRUE(cluster.members_complete());
}

/// A switchover that a failure overtook must not stand in the way of the
/// operator who accepts a loss.
TEST_F(Operator, AFailoverReplacesAPendingSwitchover) {
    const auto standbys = cluster.standby_nodes();
    cluster.node(standbys[0].text).crash();
    cluster.node(standbys[1].text).machine().kill(cluster.server_on(standbys[1]).id().text);
    cluster.server_on(standbys[1]).save_dump();
    kill_server(primary);
    ASSERT_TRUE(cluster.run_until([&] { return phase() == cluster::Phase::fencing; }, seconds{3}))
        << story(cluster);
    ask(cluster::RequestKind::switchover, standbys[1]);
    ask(cluster::RequestKind::failover, NodeId{}, true);
    EXPECT_EQ(cluster.agreed()->request.kind == cluster::RequestKind::switchover, false)
        << story(cluster);
    ASSERT_TRUE(cluster.run_until([&] { return cluster.agreed()->epoch > Epoch{1}; }, seconds{5}))
        << story(cluster);
}

/// Standbys that lack the last writes are still ahead of an old dump: a
/// primary that comes back with one must not be taken for the best copy.
TEST_F(Operator, AnOldDumpIsNotTakenForTheBestCopy) {
    cluster.server_on(primary).save_dump();
    ASSERT_TRUE(cluster.run_for(seconds{3})) << story(cluster);
    pause_group(true);
    for (const NodeId& other : cluster.standby_nodes()) cluster.network().cut(primary, other);
    ASSERT_TRUE(
        cluster.run_until([&] { return !cluster.server_on(primary).is_primary(); }, seconds{2}));
    cluster.network().heal_all();
    cluster.server_on(primary).slow_replication(seconds{2});
    for (const NodeId& other : cluster.standby_nodes()) cluster.server_on(other).freeze();
    ASSERT_TRUE(cluster.run_until([&] { return decided("history.record"); }, seconds{2}))
        << story(cluster);
    // Only the leader that recorded an opening lets somebody who never attached to it
    // take over soon after.
    const Term recorded = cluster.leader()->agent()->view().raft.term;
    cluster.leader()->kill_agent(true);
    ASSERT_TRUE(cluster.run_until(
        [&] {
            const SimNode* leader = cluster.leader();
            return leader != nullptr && leader->agent()->view().raft.term > recorded;
        },
        seconds{3}))
        << story(cluster);
    kill_server(primary);
    for (const NodeId& other : cluster.standby_nodes()) cluster.server_on(other).thaw();
    pause_group(false);
    ASSERT_TRUE(cluster.run_for(seconds{5})) << story(cluster);
    EXPECT_EQ(phase(), cluster::Phase::fencing) << story(cluster);
    EXPECT_EQ(cluster.agreed()->epoch, Epoch{1});
}

/// One standby has lost its memory, so the other one alone proves nothing.
class HalfProven : public Operator {
protected:
    static simulation::Setup replicated() {
        simulation::Setup setup{.seed = 11, .verbose = loud()};
        setup.group.durability = cluster::Durability::replicated;
        return setup;
    }
    HalfProven() : Operator(replicated()) {}
};

/// The rule fence.lossy says what to do then, so that has to be possible.
TEST_F(HalfProven, AFailoverThatTurnsOutLossyIsFollowedByOneThatAcceptsTheLoss) {
    const NodeId forgetful = cluster.standby_nodes().front();
    // Whoever leads takes the request, so that is not the node that crashes.
    if (cluster.leader()->id() == primary) let_lead(cluster.standby_nodes().back());
    cluster.server_on(primary).slow_replication(seconds{1});
    kill_server(forgetful);
    ASSERT_TRUE(cluster.run_for(milliseconds{20}));
    cluster.node(primary.text).crash();
    ask(cluster::RequestKind::failover, NodeId{});
    ASSERT_TRUE(cluster.run_for(seconds{3})) << story(cluster);
    ASSERT_EQ(phase(), cluster::Phase::fencing) << story(cluster);
    ASSERT_EQ(cluster.agreed()->request.kind, cluster::RequestKind::failover) << story(cluster);
    cluster.accept_loss();
    ask(cluster::RequestKind::failover, NodeId{}, true);
    ASSERT_TRUE(cluster.run_until([&] { return cluster.agreed()->epoch > Epoch{1}; }, seconds{2}))
        << story(cluster);
}

}  // namespace
}  // namespace baton::simulation
