// Servers that confirm writes and that nobody would ask for them.
#include "simulation/sabotage.hpp"
#include "simulation/schedules/run.hpp"

#include <algorithm>

namespace baton::simulation {
namespace {

simulation::Setup replicated() {
    simulation::Setup setup{.seed = 11, .verbose = loud()};
    setup.group.durability = cluster::Durability::replicated;
    return setup;
}

class Strangers : public ::testing::Test {
protected:
    void SetUp() override {
        ASSERT_TRUE(cluster.run_until_steady(seconds{10})) << story(cluster);
        ASSERT_TRUE(cluster.run_for(seconds{1})) << story(cluster);
        primary = cluster.primary_node();
    }
    void carry_out(const NodeId& node, FaultKind kind, Duration time,
                   Change change = Change::none) {
        Fault fault = fault_on(node, kind, time);
        fault.change = change;
        sabotage.carry_out(fault);
    }
    /// Operators ask again while they hear nothing: a node that hangs answers nobody.
    void declare(const NodeId& node, Change change, std::uint64_t number) {
        Fault order = fault_on(node, FaultKind::declare);
        order.change = change;
        order.number = number;
        const auto before = cluster.agreed()->declared;
        const auto done = [&] { return cluster.agreed()->declared != before; };
        sabotage.carry_out(order);
        if (change != Change::durability) return;
        for (int i = 0; i < 10 && !cluster.run_until(done, seconds{1}); ++i) {
            sabotage.carry_out(order);
        }
        ASSERT_TRUE(done()) << story(cluster);
        ASSERT_TRUE(cluster.run_for(milliseconds{500})) << story(cluster);
    }
    [[nodiscard]] auto confirmed() {
        return std::ranges::count_if(cluster.history().writes(), &WriteRecord::confirmed);
    }
    void freeze(const std::vector<NodeId>& nodes) {
        for (const NodeId& each : nodes) carry_out(each, FaultKind::freeze_server, seconds{2});
        ASSERT_TRUE(cluster.run_for(milliseconds{50})) << story(cluster);
    }

    Cluster cluster{replicated()};
    Sabotage sabotage{cluster};
    NodeId primary;
};

TEST_F(Strangers, AServerThatNobodyDeclaredConfirmsNothing) {
    carry_out(primary, FaultKind::attach_stranger, seconds{30});
    ASSERT_TRUE(cluster.run_for(seconds{2})) << story(cluster);
    freeze(cluster.standby_nodes());
    const auto before = confirmed();
    ASSERT_TRUE(cluster.run_for(milliseconds{500})) << story(cluster);
    EXPECT_EQ(confirmed(), before);
    carry_out(primary, FaultKind::kill_server, Duration{0});
    ASSERT_TRUE(cluster.run_until([&] { return cluster.agreed()->epoch > Epoch{1}; }, seconds{10}))
        << story(cluster);
    EXPECT_EQ(cluster.lost_confirmed_writes(), 0U);
}

/// Its agent hangs, so nobody stops the server, and it stays attached.
TEST_F(Strangers, AStandbyThatIsNoLongerDeclaredConfirmsNothing) {
    const auto standbys = cluster.standby_nodes();
    const NodeId removed =
        cluster.leader()->id() == standbys.front() ? standbys.back() : standbys.front();
    const NodeId kept = removed == standbys.front() ? standbys.back() : standbys.front();
    declare(NodeId{}, Change::durability, 0);
    declare(removed, Change::remove_instance, 0);
    ASSERT_TRUE(cluster.run_for(milliseconds{10}));  // The operator has seen the plan.
    carry_out(removed, FaultKind::freeze_agent, seconds{60});
    ASSERT_TRUE(cluster.run_until([&] { return cluster.agreed()->declared.instances.size() == 2; },
                                  seconds{5}))
        << story(cluster);
    declare(NodeId{}, Change::durability, 1);
    ASSERT_TRUE(cluster.server_on(removed).alive());
    freeze({kept});
    const auto before = confirmed();
    ASSERT_TRUE(cluster.run_for(milliseconds{500})) << story(cluster);
    EXPECT_EQ(confirmed(), before) << story(cluster);
    carry_out(primary, FaultKind::kill_server, Duration{0});
    ASSERT_TRUE(cluster.run_until([&] { return cluster.agreed()->epoch > Epoch{1}; }, seconds{10}))
        << story(cluster);
    EXPECT_EQ(cluster.primary_node(), kept);
    EXPECT_EQ(cluster.lost_confirmed_writes(), 0U);
}

}  // namespace
}  // namespace baton::simulation
