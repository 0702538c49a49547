// A primary that closes and opens again at the same epoch begins a history
// each time, of which standbys remember one step. So it does not open a third
// time before the leader has put the second on record.
#include "simulation/schedules/run.hpp"

namespace baton::simulation {
namespace {

class Reopening : public ::testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(cluster.run_until_steady(seconds{10})) << story(cluster);
        ASSERT_TRUE(cluster.run_for(seconds{1})) << story(cluster);
        primary = cluster.primary_node();
        leader = cluster.standby_nodes().front();
        other = cluster.standby_nodes().back();
        SimAgent* leading = cluster.leader()->agent();
        leading->consensus_loop().post([leading, to = leader] {
            leading->member().transfer_leadership(to, [](const Result<void>&) {});
        });
        ASSERT_TRUE(cluster.run_until(
            [&] { return cluster.leader() != nullptr && cluster.leader()->id() == leader; },
            seconds{2}))
            << story(cluster);
        // Or the leader would let the other one lead, who hears the primary.
        cluster.propose(cluster::SetDuty{other, cluster::Duty::drained, "operator", 0});
        cluster.propose(cluster::SetPaused{cluster.group(), true, "operator", "", 0});
        ASSERT_TRUE(cluster.run_for(milliseconds{200})) << story(cluster);
    }
    bool is_open() { return cluster.server_on(primary).is_primary(); }
    void cut_from(const NodeId& node) {
        cluster.network().cut(primary, node);
        cluster.network().cut(node, primary);
    }
    void heal_with(const NodeId& node) {
        cluster.network().heal(primary, node);
        cluster.network().heal(node, primary);
    }
    bool closes() {
        return cluster.run_until([&] { return !is_open(); }, seconds{2});
    }

    Cluster cluster{simulation::Setup{.seed = 11, .verbose = loud()}};
    NodeId primary;
    NodeId leader;
    NodeId other;
};

TEST_F(Reopening, AThirdTimeWaitsUntilTheSecondIsOnRecord) {
    cut_from(leader);
    cut_from(other);
    ASSERT_TRUE(closes()) << story(cluster);
    heal_with(other);
    ASSERT_TRUE(cluster.run_until([&] { return is_open(); }, seconds{3})) << story(cluster);
    cut_from(other);
    ASSERT_TRUE(closes()) << story(cluster);
    heal_with(other);
    ASSERT_TRUE(cluster.run_for(seconds{3})) << story(cluster);
    EXPECT_FALSE(is_open()) << "nobody has recorded the history it holds";
    heal_with(leader);
    ASSERT_TRUE(cluster.run_until([&] { return is_open(); }, seconds{3})) << story(cluster);
    EXPECT_EQ(cluster.agreed()->epoch, Epoch{1});
}

}  // namespace
}  // namespace baton::simulation
