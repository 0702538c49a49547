// Cuts between two nodes that a third one does not notice: somebody hears more
// than the leader does.
#include "simulation/schedules/run.hpp"

namespace baton::simulation {
namespace {

class PartialCut : public ::testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(cluster.run_until_steady(seconds{10})) << story(cluster);
        ASSERT_TRUE(cluster.run_for(seconds{1})) << story(cluster);
        primary = cluster.primary_node();
    }
    /// Makes `node` the leader of consensus.
    void let_lead(const NodeId& node) {
        const auto leads = [&] { return cluster.leader() == &cluster.node(node.text); };
        for (int tries = 0; tries < 5 && !leads(); ++tries) {
            SimNode* leader = cluster.leader();
            ASSERT_NE(leader, nullptr) << story(cluster);
            leader->agent()->member().transfer_leadership(node, [](const Result<void>&) {});
            static_cast<void>(cluster.run_until(leads, seconds{1}));
        }
        ASSERT_TRUE(leads()) << story(cluster);
        ASSERT_TRUE(cluster.run_for(seconds{1})) << story(cluster);
    }
    void kill_primary() {
        cluster.node(primary.text).machine().kill(cluster.server_on(primary).id().text);
    }

    Cluster cluster{simulation::Setup{.seed = 11, .verbose = loud()}};
    NodeId primary;
};

/// It has nothing to lose by its silence: its agent is well and says that it
/// holds more, only the word to sever does not reach it yet.
TEST_F(PartialCut, AStandbyThatIsHeardToHoldMoreIsWaitedFor) {
    let_lead(primary);
    const NodeId behind = cluster.standby_nodes().front();
    const NodeId furthest = cluster.standby_nodes().back();
    cluster.server_on(behind).freeze();
    ASSERT_TRUE(cluster.run_for(milliseconds{250})) << story(cluster);
    cluster.network().cut(primary, furthest);
    kill_primary();
    ASSERT_TRUE(cluster.run_for(milliseconds{1})) << story(cluster);
    cluster.server_on(behind).thaw();
    ASSERT_TRUE(cluster.run_for(milliseconds{400})) << story(cluster);
    EXPECT_EQ(cluster.agreed()->epoch, Epoch{1}) << story(cluster);
    cluster.network().heal_all();
    ASSERT_TRUE(cluster.run_until([&] { return cluster.agreed()->epoch == Epoch{2}; }, seconds{1}))
        << story(cluster);
    EXPECT_EQ(cluster.primary_node(), furthest) << story(cluster);
}

/// The leader does not hear the standby that holds more, and could promote the other
/// one at once; the old primary's node hears both.
TEST_F(PartialCut, WhoHearsAllStandbysChoosesAmongThem) {
    const NodeId behind = cluster.standby_nodes().front();
    const NodeId furthest = cluster.standby_nodes().back();
    let_lead(behind);
    cluster.network().cut(behind, furthest);
    cluster.network().cut(furthest, behind);
    // The silence is believed while the group still waits for positions.
    ASSERT_TRUE(cluster.run_for(milliseconds{350})) << story(cluster);
    cluster.server_on(behind).freeze();
    ASSERT_TRUE(cluster.run_for(milliseconds{150})) << story(cluster);
    cluster::Request request;
    request.group = cluster.group();
    request.epoch = Epoch{1};
    request.kind = cluster::RequestKind::failover;
    request.by = "operator";
    cluster.propose(request);
    ASSERT_TRUE(cluster.run_until([&] { return cluster.agreed()->revoked; }, seconds{1}))
        << story(cluster);
    cluster.server_on(behind).thaw();
    ASSERT_TRUE(cluster.run_until([&] { return cluster.agreed()->epoch == Epoch{2}; }, seconds{3}))
        << story(cluster);
    EXPECT_EQ(cluster.primary_node(), furthest) << story(cluster);
}

TEST_F(PartialCut, ALeaderThatDoesNotHearANodeLetsOneLeadWhoDoes) {
    const NodeId third = cluster.standby_nodes().front();
    const NodeId deaf = cluster.standby_nodes().back();
    let_lead(deaf);
    cluster.network().cut(primary, deaf);
    ASSERT_TRUE(cluster.run_for(seconds{2})) << story(cluster);
    EXPECT_EQ(cluster.leader()->id(), third) << story(cluster);
    kill_primary();
    ASSERT_TRUE(cluster.run_until([&] { return cluster.agreed()->epoch == Epoch{2}; },
                                  milliseconds{500}))
        << story(cluster);
}

TEST_F(PartialCut, ALeaderThatIsNotHeardByANodeLetsOneLeadWhoIs) {
    const NodeId third = cluster.standby_nodes().front();
    const NodeId mute = cluster.standby_nodes().back();
    let_lead(mute);
    cluster.network().cut(mute, primary);
    ASSERT_TRUE(cluster.run_for(seconds{2})) << story(cluster);
    EXPECT_EQ(cluster.leader()->id(), third) << story(cluster);
}

/// Both could lead as well as the other: nobody has a reason to move.
TEST_F(PartialCut, ALeaderStaysWhereNobodyIsBetterPlaced) {
    const NodeId leader = cluster.standby_nodes().front();
    const NodeId lost = cluster.standby_nodes().back();
    let_lead(leader);
    const Term term = cluster.leader()->agent()->view().raft.term;
    cluster.node(lost.text).crash();
    ASSERT_TRUE(cluster.run_for(seconds{4})) << story(cluster);
    EXPECT_EQ(cluster.leader()->agent()->view().raft.term, term) << story(cluster);
}

/// If their node died, nobody could replace the primary before an election.
TEST_F(PartialCut, ALeaderThatHoldsThePrimaryHandsConsensusOnOnceAllIsSettled) {
    let_lead(primary);
    ASSERT_TRUE(cluster.run_for(seconds{7})) << story(cluster);
    EXPECT_EQ(cluster.leader()->id(), primary) << story(cluster);
    ASSERT_TRUE(cluster.run_for(seconds{4})) << story(cluster);
    EXPECT_NE(cluster.leader()->id(), primary) << story(cluster);
    const Term term = cluster.leader()->agent()->view().raft.term;
    ASSERT_TRUE(cluster.run_for(seconds{30})) << story(cluster);
    EXPECT_EQ(cluster.leader()->agent()->view().raft.term, term) << "it stays there";
    EXPECT_EQ(cluster.primary_node(), primary);
}

/// The others do not hear each other: each would hand consensus back.
TEST_F(PartialCut, ALeaderThatHoldsThePrimaryStaysWhereNobodyHearsAsMuch) {
    let_lead(primary);
    const Term term = cluster.leader()->agent()->view().raft.term;
    const auto standbys = cluster.standby_nodes();
    cluster.network().cut(standbys.front(), standbys.back());
    ASSERT_TRUE(cluster.run_for(seconds{15})) << story(cluster);
    EXPECT_EQ(cluster.leader()->agent()->view().raft.term, term) << story(cluster);
}

}  // namespace
}  // namespace baton::simulation
