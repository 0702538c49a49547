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

/// The disk stalls and the server waits for it in the kernel: its node kills it in vain.
Setup with_a_hanging_primary() {
    Setup setup{.seed = 3, .verbose = loud()};
    setup.group.failover_block = Duration{0};
    return setup;
}

NodeId hang_primary(Cluster& cluster) {
    const NodeId node = cluster.primary_node();
    SimNode& sick = cluster.node(node.text);
    sick.disk().stall_until(cluster.world().now() + seconds{60});
    sick.machine().hang(cluster.server_on(node).id().text);
    return node;
}

TEST(HangingServer, AnotherTakesOverOnceItsLeaseIsOver) {
    Cluster cluster(with_a_hanging_primary());
    ASSERT_TRUE(cluster.run_until_steady(seconds{10})) << story(cluster);
    const NodeId before = hang_primary(cluster);
    const auto moved = [&] {
        return cluster.primary_node() != before && cluster.agreed() != nullptr &&
               !cluster.agreed()->revoked;
    };
    EXPECT_TRUE(cluster.run_until(moved, seconds{4})) << story(cluster);
    EXPECT_TRUE(cluster.run_for(seconds{10})) << story(cluster);
    cluster.node(before.text).machine().release(cluster.server_on(before).id().text);
    EXPECT_TRUE(cluster.run_until_steady(seconds{70})) << story(cluster);
}

TEST(HangingServer, OneThatGoesOnInTimeKeepsItsRole) {
    Cluster cluster(with_a_hanging_primary());
    ASSERT_TRUE(cluster.run_until_steady(seconds{10})) << story(cluster);
    const NodeId before = cluster.primary_node();
    SimNode& node = cluster.node(before.text);
    node.machine().hang(cluster.server_on(before).id().text);
    EXPECT_TRUE(cluster.run_for(milliseconds{150})) << story(cluster);
    node.machine().release(cluster.server_on(before).id().text);
    EXPECT_TRUE(cluster.run_for(seconds{5})) << story(cluster);
    EXPECT_EQ(cluster.primary_node(), before);
}

}  // namespace
}  // namespace baton::simulation
