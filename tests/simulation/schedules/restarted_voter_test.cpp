// Voters that were started while a node was silent have never heard it.
#include "simulation/schedules/run.hpp"

namespace baton::simulation {
namespace {

/// Longer than a node that was never heard is listened for.
constexpr Duration missed = seconds{31};

class RestartedVoter : public ::testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(cluster.run_until_steady(seconds{10})) << story(cluster);
        ASSERT_TRUE(cluster.run_for(seconds{1})) << story(cluster);
        primary = cluster.primary_node();
        standbys = cluster.standby_nodes();
    }
    /// The primary's node falls silent, and nobody left has ever heard it.
    void lose_primary_and_restart_others() {
        cluster.node(primary.text).crash();
        for (const NodeId& node : standbys) cluster.node(node.text).kill_agent(true);
    }
    [[nodiscard]] Epoch epoch() { return cluster.agreed()->epoch; }

    Cluster cluster{simulation::Setup{.seed = 11, .verbose = loud()}};
    NodeId primary;
    std::vector<NodeId> standbys;
};

TEST_F(RestartedVoter, MissesANodeThatItNeverHeardInTheEnd) {
    lose_primary_and_restart_others();
    ASSERT_TRUE(cluster.run_for(seconds{20})) << story(cluster);
    EXPECT_EQ(epoch(), Epoch{1}) << "the machine may just boot slowly";
    ASSERT_TRUE(cluster.run_until([&] { return epoch() == Epoch{2}; }, missed - seconds{20}))
        << story(cluster);
    ASSERT_TRUE(cluster.run_for(seconds{1})) << story(cluster);
    EXPECT_TRUE(cluster.server_on(cluster.primary_node()).is_primary());
    cluster.node(primary.text).boot();
    ASSERT_TRUE(cluster.run_until_steady(seconds{10})) << story(cluster);
}

/// Two that hear each other only now and then cannot tell whose silence it is.
TEST_F(RestartedVoter, ListensAnewAfterItHeardNobody) {
    lose_primary_and_restart_others();
    ASSERT_TRUE(cluster.run_for(seconds{20})) << story(cluster);
    cluster.network().cut(standbys[0], standbys[1]);
    cluster.network().cut(standbys[1], standbys[0]);
    ASSERT_TRUE(cluster.run_for(seconds{2})) << story(cluster);
    cluster.network().heal_all();
    ASSERT_TRUE(cluster.run_for(seconds{29})) << story(cluster);
    EXPECT_EQ(epoch(), Epoch{1});
    ASSERT_TRUE(cluster.run_until([&] { return epoch() == Epoch{2}; }, seconds{4}))
        << story(cluster);
}

}  // namespace
}  // namespace baton::simulation
