// Nodes that join and leave over the API, and what becomes of those that were there.
#include "simulation/operator.hpp"
#include "simulation/schedules/run.hpp"

namespace baton::simulation {
namespace {

class Scale : public ::testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(cluster.run_until_steady(seconds{10})) << story(cluster);
        ASSERT_TRUE(cluster.run_for(seconds{1})) << story(cluster);
    }
    void order(FaultKind kind, const NodeId& node, Change change = Change::none) {
        Fault fault = fault_on(node, kind);
        fault.change = change;
        people.carry_out(fault);
    }
    [[nodiscard]] bool votes(const NodeId& node) {
        const SimNode* leader = cluster.leader();
        return leader != nullptr && leader->agent()->view().raft.membership.is_voter(node);
    }
    void add_d() {
        order(FaultKind::add_node, d);
        ASSERT_TRUE(cluster.run_until([&] { return votes(d); }, seconds{10})) << story(cluster);
    }
    void let_lead(const NodeId& node) {
        order(FaultKind::pass_leadership, node);
        ASSERT_TRUE(cluster.run_until([&] { return cluster.leader() == &cluster.node(node.text); },
                                      seconds{2}))
            << story(cluster);
    }

    Cluster cluster{simulation::Setup{.seed = 11, .verbose = loud()}};
    simulation::Operator people{cluster};
    const NodeId d{"d"};
};

TEST_F(Scale, ANodeJoinsTakesAServerGivesItBackAndLeaves) {
    add_d();
    order(FaultKind::declare, d, Change::add_instance);
    ASSERT_TRUE(cluster.run_until(
        [&] {
            const RedisModel* server = cluster.find_server(d);
            return server != nullptr && server->in_sync();
        },
        seconds{10}))
        << story(cluster);
    order(FaultKind::remove_node, d);
    ASSERT_TRUE(cluster.run_until([&] { return !cluster.has(d); }, seconds{10})) << story(cluster);
    EXPECT_FALSE(votes(d));
    EXPECT_EQ(cluster.agreed()->declared.instances.size(), 3U);
    ASSERT_TRUE(cluster.run_until_steady(seconds{5})) << story(cluster);
    EXPECT_EQ(cluster.agreed()->epoch, Epoch{1});
}

/// Its file is as old as its node: it names nobody who joined since, and one of those
/// may lead, who alone can let the new directory in.
TEST_F(Scale, AnEmptiedDirectoryIsHeardByALeaderThatItsFileDoesNotName) {
    add_d();
    let_lead(d);
    const NodeId emptied = cluster.standby_nodes().front();
    ASSERT_NE(emptied, d);
    cluster.replace_directory(emptied);
    ASSERT_TRUE(cluster.run_until([&] { return votes(emptied) && cluster.members_complete(); },
                                  seconds{10}))
        << story(cluster);
    EXPECT_EQ(cluster.leader()->id(), d);
}

}  // namespace
}  // namespace baton::simulation
