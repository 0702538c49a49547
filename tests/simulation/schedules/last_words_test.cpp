// What a node said before it died, or before its disk had it, is no ground to
// act on.
#include "simulation/schedules/run.hpp"

namespace baton::simulation {
namespace {

class SteadyGroup : public ::testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(cluster.run_until_steady(seconds{10})) << story(cluster);
        ASSERT_TRUE(cluster.run_for(seconds{1})) << story(cluster);
        primary = cluster.primary_node();
    }
    void kill_primary() {
        cluster.node(primary.text).machine().kill(cluster.server_on(primary).id().text);
    }

    Cluster cluster{simulation::Setup{.seed = 13, .verbose = loud()}};
    NodeId primary;
};

using DeadStandby = SteadyGroup;
using Promise = SteadyGroup;

/// A node held failed has told its last position: a takeover that waited for
/// another one would lose a third of a second.
TEST_F(DeadStandby, IsNotWaitedFor) {
    cluster.node(cluster.standby_nodes().back().text).crash();
    ASSERT_TRUE(cluster.run_for(seconds{3})) << story(cluster);
    const Instant fault = cluster.world().now();
    kill_primary();
    ASSERT_TRUE(cluster.run_until([&] { return cluster.agreed()->epoch == Epoch{2}; }, seconds{3}))
        << story(cluster);
    ASSERT_TRUE(cluster.run_for(seconds{1})) << story(cluster);
    EXPECT_LT(cluster.history().longest_gap(fault, cluster.world().now()), milliseconds{200});
}

/// Until the disk has the promise a restart could forget it, so nobody hears
/// that the epoch is closed, and nobody takes over on the strength of that.
TEST_F(Promise, IsToldOnlyOnceItIsOnDisk) {
    const Instant well = cluster.world().now() + milliseconds{300};
    cluster.node(primary.text).disk().stall_until(well);
    kill_primary();
    ASSERT_TRUE(cluster.run_for(milliseconds{250})) << story(cluster);
    EXPECT_EQ(cluster.agreed()->epoch, Epoch{1}) << story(cluster);
    EXPECT_FALSE(cluster.agreed()->revoked) << story(cluster);
    ASSERT_TRUE(
        cluster.run_until([&] { return cluster.agreed()->epoch == Epoch{2}; }, milliseconds{200}))
        << story(cluster);
}

}  // namespace
}  // namespace baton::simulation
