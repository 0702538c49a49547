// Nodes without a guard: time says nothing about what their servers still do, so a
// silent primary is replaced once the operator's command has cut its node off.
#include "simulation/schedules/run.hpp"

namespace baton::simulation {
namespace {

Setup without_guards(PowerSwitch power) {
    Setup setup{.seed = 5, .verbose = loud()};
    setup.guards = false;
    setup.power = power;
    setup.group.failover_block = Duration{0};
    return setup;
}

/// The primary's agent is frozen while its server goes on.
NodeId silence_primary(Cluster& cluster) {
    const NodeId node = cluster.primary_node();
    cluster.node(node.text).freeze_agent();
    return node;
}

bool moved_from(Cluster& cluster, const NodeId& node) {
    return cluster.primary_node() != node && cluster.agreed() != nullptr &&
           !cluster.agreed()->revoked;
}

TEST(CutOff, WithoutACommandNobodyIsAppointed) {
    Cluster cluster(without_guards(PowerSwitch::none));
    ASSERT_TRUE(cluster.run_until_steady(seconds{10})) << story(cluster);
    const NodeId before = silence_primary(cluster);
    EXPECT_TRUE(cluster.run_for(seconds{20})) << story(cluster);
    EXPECT_EQ(cluster.primary_node(), before);
    EXPECT_EQ(cluster.power().orders(), 0U);
}

TEST(CutOff, ItsSuccessEndsTheWait) {
    Cluster cluster(without_guards(PowerSwitch::works));
    ASSERT_TRUE(cluster.run_until_steady(seconds{10})) << story(cluster);
    const NodeId before = silence_primary(cluster);
    EXPECT_TRUE(cluster.run_until([&] { return moved_from(cluster, before); }, seconds{5}))
        << story(cluster);
    EXPECT_EQ(cluster.power().orders(), 1U);
    EXPECT_TRUE(cluster.run_until_steady(seconds{20})) << story(cluster);
}

TEST(CutOff, ANodeThatIsCutOffFromTheOthersIsSwitchedOffToo) {
    Cluster cluster(without_guards(PowerSwitch::works));
    ASSERT_TRUE(cluster.run_until_steady(seconds{10})) << story(cluster);
    const NodeId before = cluster.primary_node();
    for (const NodeId& other : cluster.standby_nodes()) {
        cluster.network().cut(before, other);
        cluster.network().cut(other, before);
    }
    EXPECT_TRUE(cluster.run_until([&] { return moved_from(cluster, before); }, seconds{5}))
        << story(cluster);
    cluster.network().heal_all();
    EXPECT_TRUE(cluster.run_until_steady(seconds{20})) << story(cluster);
}

TEST(CutOff, ItIsRepeatedUntilItWorks) {
    Cluster cluster(without_guards(PowerSwitch::broken));
    ASSERT_TRUE(cluster.run_until_steady(seconds{10})) << story(cluster);
    const NodeId before = silence_primary(cluster);
    EXPECT_TRUE(cluster.run_until([&] { return moved_from(cluster, before); }, seconds{20}))
        << story(cluster);
    EXPECT_EQ(cluster.power().orders(), 3U);
}

TEST(CutOff, WhatAnEarlierCutProvedDoesNotCountForALaterRevocation) {
    Cluster cluster(without_guards(PowerSwitch::works));
    ASSERT_TRUE(cluster.run_until_steady(seconds{10})) << story(cluster);
    for (std::size_t round = 1; round <= 4; ++round) {
        const NodeId before = silence_primary(cluster);
        ASSERT_TRUE(cluster.run_until([&] { return moved_from(cluster, before); }, seconds{10}))
            << story(cluster);
        EXPECT_EQ(cluster.power().orders(), round);
        ASSERT_TRUE(cluster.run_until_steady(seconds{20})) << story(cluster);
    }
}

TEST(CutOff, ANodeThatClosesByItselfIsLeftAlone) {
    auto setup = without_guards(PowerSwitch::works);
    setup.guards = true;
    Cluster cluster(setup);
    ASSERT_TRUE(cluster.run_until_steady(seconds{10})) << story(cluster);
    const NodeId before = silence_primary(cluster);
    EXPECT_TRUE(cluster.run_until([&] { return moved_from(cluster, before); }, seconds{5}))
        << story(cluster);
    EXPECT_EQ(cluster.power().orders(), 0U);
}

/// The checkers see what a command that lies makes of two servers.
TEST(CutOff, AControlACommandThatLiesMakesTwoPrimaries) {
    Cluster cluster(without_guards(PowerSwitch::lies));
    ASSERT_TRUE(cluster.run_until_steady(seconds{10})) << story(cluster);
    silence_primary(cluster);
    EXPECT_FALSE(cluster.run_for(seconds{10}));
    EXPECT_NE(cluster.world().broken(), "");
}

}  // namespace
}  // namespace baton::simulation
