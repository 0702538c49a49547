// A leader whose disk no longer answers gives up leading, since nobody else
// would notice: it can still send and receive.
#include "simulation/schedules/run.hpp"

namespace baton::simulation {
namespace {

TEST(StalledDisk, ALeaderThatCannotWriteGivesUpLeading) {
    Cluster cluster({.seed = 3, .verbose = loud()});
    ASSERT_TRUE(cluster.run_until_steady(seconds{10})) << story(cluster);
    ASSERT_TRUE(cluster.run_for(seconds{1})) << story(cluster);
    const NodeId before = cluster.leader()->id();
    cluster.leader()->disk().stall_until(cluster.world().now() + seconds{6});
    cluster.propose(cluster::SetPaused{cluster.group(), true, "operator", "", 0});
    ASSERT_TRUE(cluster.run_until(
        [&] { return cluster.leader() != nullptr && cluster.leader()->id() != before; },
        seconds{4}))
        << story(cluster);
    EXPECT_TRUE(cluster.run_for(seconds{1})) << story(cluster);
}

}  // namespace
}  // namespace baton::simulation
