// Heartbeats: in step with the leader, so that nobody is woken twice for what
// fits into one wake, and by oneself when there is no leader.
#include "runtime/member.hpp"
#include "simulation/schedules/run.hpp"

namespace baton::simulation {
namespace {

class Beats : public ::testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(cluster.run_until_steady(seconds{10})) << story(cluster);
        ASSERT_TRUE(cluster.run_for(seconds{1})) << story(cluster);
    }
    /// Heartbeats per second that `node` sends to each of its two peers.
    std::uint64_t rate_of(const NodeId& node) {
        const auto sent = [&] {
            return cluster.node(node.text).agent()->member().view().heartbeats_sent;
        };
        const std::uint64_t before = sent();
        EXPECT_TRUE(cluster.run_for(seconds{4})) << story(cluster);
        return (sent() - before) / 8;
    }

    Cluster cluster{simulation::Setup{.seed = 11, .verbose = loud()}};
};

TEST_F(Beats, EveryoneKeepsTheLeadersRate) {
    for (const NodeId& node : cluster.names()) {
        const std::uint64_t rate = rate_of(node);
        EXPECT_GE(rate, 19U) << node.text;
        EXPECT_LE(rate, 20U) << node.text;
    }
}

TEST_F(Beats, WithoutALeaderTheyGoOn) {
    const NodeId leader = cluster.leader()->id();
    for (const NodeId& node : cluster.names()) {
        if (node != leader) cluster.network().cut(leader, node);
    }
    for (const NodeId& node : cluster.names()) EXPECT_GE(rate_of(node), 17U) << node.text;
}

}  // namespace
}  // namespace baton::simulation
