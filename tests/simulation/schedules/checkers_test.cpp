// The checkers find what they are there for.
#include "simulation/checkers/switchover_keeps_all.hpp"

#include <gtest/gtest.h>

namespace baton::simulation {
namespace {

struct TwoServers : ::testing::Test {
    RedisModel server(const char* name) {
        cluster::Instance instance;
        instance.id = InstanceId{name};
        instance.node = NodeId{name};
        RedisWatch watch;
        watch.acknowledged = [](const RedisModel&, std::uint64_t) {};
        watch.opened = [](const RedisModel&) {};
        const auto nobody = [](const cluster::Endpoint&) -> RedisModel* { return nullptr; };
        return {world, network, instance.node, instance, nobody, watch};
    }
    void write(RedisModel& model, std::uint64_t count) {
        model.start();
        const ConnectionPtr connection = model.connect([] {});
        model.execute(connection, {{"REPLICAOF", "NO", "ONE"}}, [](const auto&) {});
        world.run_until(world.now() + seconds{1});
        for (std::uint64_t id = 1; id <= count; ++id) {
            model.write(connection, id, [](const std::string&) {});
            world.run_until(world.now() + milliseconds{1});
        }
        ASSERT_EQ(model.data().size(), count);
    }
    void hand_over(SwitchoverKeepsAll& checker, const char* rule) const {
        cluster::GroupState group;
        group.epoch = Epoch{1};
        group.primary = InstanceId{"a"};
        checker.applied(group);
        group.epoch = Epoch{2};
        group.primary = InstanceId{"b"};
        cluster::Decision decision;
        decision.epoch = group.epoch;
        decision.rule = rule;
        group.decisions.push_back(decision);
        checker.applied(group);
    }

    World world{1};
    Network network{world};
};

TEST_F(TwoServers, ASwitchoverThatLosesAWriteIsSeen) {
    RedisModel a = server("a");
    RedisModel b = server("b");
    write(a, 3);
    write(b, 2);
    SwitchoverKeepsAll checker(world);
    hand_over(checker, "switchover.finish");
    ASSERT_EQ(checker.predecessor(b.id()), a.id());
    checker.opened(b, a);
    EXPECT_NE(world.broken().find("switchover_keeps_all"), std::string::npos);
    EXPECT_FALSE(checker.predecessor(b.id())) << "judged once";
}

TEST_F(TwoServers, AFailoverIsNotJudgedAsASwitchover) {
    SwitchoverKeepsAll checker(world);
    hand_over(checker, "fence.appoint");
    EXPECT_FALSE(checker.predecessor(InstanceId{"b"}));
}

}  // namespace
}  // namespace baton::simulation
