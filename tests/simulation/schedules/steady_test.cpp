// A cluster without faults, and one dead primary.
#include "simulation/schedules/run.hpp"

#include <algorithm>

namespace baton::simulation {
namespace {

TEST(Steady, ColdStartReachesSteadyAndStaysThere) {
    Cluster cluster({.seed = 1, .verbose = loud()});
    ASSERT_TRUE(cluster.run_until_steady(seconds{10})) << story(cluster);
    const Epoch epoch = cluster.agreed()->epoch;
    EXPECT_EQ(epoch, Epoch{1});
    ASSERT_TRUE(cluster.run_for(seconds{20})) << story(cluster);
    EXPECT_TRUE(cluster.steady()) << story(cluster);
    EXPECT_EQ(cluster.agreed()->epoch, epoch);
    EXPECT_GT(cluster.world().judgements_of("single_writer"), 1000U);
    EXPECT_EQ(cluster.lost_writes(), 0U);
}

TEST(KillPrimary, ProofOfDeathLetsAnotherTakeOverAtOnce) {
    Cluster cluster({.seed = 2, .verbose = loud()});
    ASSERT_TRUE(cluster.run_until_steady(seconds{10})) << story(cluster);
    const NodeId before = cluster.primary_node();
    const Instant fault = cluster.world().now();
    cluster.node(before.text).machine().kill(cluster.server_on(before).id().text);
    ASSERT_TRUE(cluster.run_until([&] { return cluster.primary_node() != before; }, seconds{2}))
        << story(cluster);
    ASSERT_TRUE(cluster.run_until_steady(seconds{5})) << story(cluster);
    EXPECT_EQ(cluster.agreed()->epoch, Epoch{2});
    EXPECT_LT(cluster.history().longest_gap(fault, cluster.world().now()), milliseconds{150});
}

TEST(KillPrimary, OneDeathIsOneFailoverAlsoTenMinutesLater) {
    Cluster cluster({.seed = 2, .verbose = loud()});
    ASSERT_TRUE(cluster.run_until_steady(seconds{10})) << story(cluster);
    const NodeId before = cluster.primary_node();
    cluster.node(before.text).machine().kill(cluster.server_on(before).id().text);
    ASSERT_TRUE(cluster.run_for(seconds{600})) << story(cluster);
    EXPECT_TRUE(cluster.steady()) << story(cluster);
    EXPECT_EQ(cluster.agreed()->epoch, Epoch{2});
    const auto appointed = std::ranges::count_if(
        cluster.agreed()->decisions, [](const auto& each) { return each.rule == "fence.appoint"; });
    EXPECT_EQ(appointed, 1);
}

}  // namespace
}  // namespace baton::simulation
