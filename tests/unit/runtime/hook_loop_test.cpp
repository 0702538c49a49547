// An operator's program that is told of roles: one at a time, the newest wins, and
// whatever it does changes nothing.
#include "runtime/hook_loop.hpp"
#include "unit/runtime/programs.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace baton::runtime {
namespace {

struct HookLoopTest : ::testing::Test {
    SteppedLoop loop;
    TestGuard guard;
    std::vector<std::string> events;
    cluster::Group group;
    InstanceId instance{"redis-a"};
    const std::string cluster_name = "shop";
    HookLoop hook{
        loop, guard, {GroupId{"redis"}, NodeId{"a"}, "/hooks"}, [this](const Event& event) {
            events.push_back(event.name);
        }};

    HookLoopTest() {
        group.id = GroupId{"redis"};
        group.hooks.on_role_change = {"/bin/notify", "now"};
        group.hooks.timeout = std::chrono::seconds{10};
    }
    void see(bool primary, std::uint64_t epoch) {
        hook.look({cluster_name, group, instance, Role{primary, Epoch{epoch}}});
    }
    /// ROLE and EPOCH of every program that was started.
    std::vector<std::string> told() const {
        std::vector<std::string> all;
        for (const Launch& each : guard.launched) {
            all.push_back(each.environment.at(4).substr(11) + each.environment.at(5).substr(12));
        }
        return all;
    }
};

TEST_F(HookLoopTest, TellsWhoWhereAndWhatWithoutAShell) {
    see(true, 3);
    ASSERT_EQ(guard.launched.size(), 1U);
    EXPECT_EQ(guard.launched[0].arguments, (std::vector<std::string>{"/bin/notify", "now"}));
    EXPECT_EQ(guard.launched[0].environment,
              (std::vector<std::string>{"BATON_CLUSTER=shop", "BATON_NODE=a", "BATON_GROUP=redis",
                                        "BATON_INSTANCE=redis-a", "BATON_ROLE=primary",
                                        "BATON_EPOCH=3"}));
    hook.gone();
    EXPECT_EQ(events, std::vector<std::string>{"hook.done"});
}

TEST_F(HookLoopTest, TellsTheSameRoleOnce) {
    for (int look = 0; look < 3; ++look) see(false, 3);
    hook.gone();
    see(false, 4);  // Whom it follows is no role of its own.
    EXPECT_EQ(told(), std::vector<std::string>{"standby3"});
}

TEST_F(HookLoopTest, OneAtATimeAndTheNewestOfThoseThatWait) {
    see(false, 1);
    see(true, 2);
    see(false, 2);
    see(true, 3);
    EXPECT_EQ(guard.launched.size(), 1U);
    hook.gone();
    EXPECT_EQ(told(), (std::vector<std::string>{"standby1", "primary3"}));
}

TEST_F(HookLoopTest, AChangeThatWasTakenBackIsNotTold) {
    see(false, 1);
    see(true, 2);
    see(false, 2);
    hook.gone();
    EXPECT_EQ(told(), std::vector<std::string>{"standby1"});
}

TEST_F(HookLoopTest, APrimaryOfAnotherEpochIsNews) {
    see(true, 1);
    hook.gone();
    see(true, 2);
    EXPECT_EQ(told(), (std::vector<std::string>{"primary1", "primary2"}));
}

TEST_F(HookLoopTest, IsKilledAtItsTimeoutAndTheNextWaitsUntilNothingIsLeft) {
    see(false, 1);
    loop.pass(std::chrono::seconds{9});
    EXPECT_TRUE(guard.killed.empty());
    see(true, 2);
    loop.pass(std::chrono::seconds{1});
    EXPECT_EQ(guard.killed, std::vector<std::string>{"hook:redis"});
    EXPECT_EQ(guard.launched.size(), 1U) << "something of it may be left";
    hook.gone();
    EXPECT_EQ(events, std::vector<std::string>{"hook.killed"});
    EXPECT_EQ(guard.launched.size(), 2U);
    hook.gone();
    loop.pass(std::chrono::seconds{60});
    EXPECT_EQ(guard.killed.size(), 1U) << "the timer of the first hit the second";
}

TEST_F(HookLoopTest, AFailureIsToldAndNotRepeated) {
    guard.code = 3;
    see(true, 1);
    hook.gone();
    guard.code = std::nullopt;
    see(false, 1);
    hook.gone();
    guard.refuses = true;
    see(true, 2);
    see(true, 2);
    EXPECT_EQ(events, (std::vector<std::string>{"hook.failed", "hook.failed", "hook.not_started"}));
    EXPECT_EQ(guard.launched.size(), 3U);
}

/// A time-out is no failure: something may run, until the guard knows of nothing.
TEST_F(HookLoopTest, WhatTheGuardNeverBeganIsToldAgainAfterTheTimeout) {
    guard.silent = true;
    see(true, 3);
    see(true, 3);
    EXPECT_EQ(told(), std::vector<std::string>{"primary3"});
    guard.silent = guard.present = false;
    loop.pass(std::chrono::seconds{10});
    EXPECT_EQ(told(), (std::vector<std::string>{"primary3", "primary3"}));
    hook.gone();
    EXPECT_EQ(events, (std::vector<std::string>{"hook.not_started", "hook.done"}));
}

TEST_F(HookLoopTest, WhatTheGuardNeverBeganHoldsUpNoNewerRole) {
    guard.silent = true;
    see(true, 3);
    see(false, 4);
    guard.silent = guard.present = false;
    loop.pass(std::chrono::seconds{10});
    EXPECT_EQ(told(), (std::vector<std::string>{"primary3", "standby4"}));
}

/// Whoever stands still longer than a timeout begins it afterwards.
TEST_F(HookLoopTest, AGuardThatStillSaysNothingProvesNothing) {
    guard.silent = true;
    guard.present = false;
    see(true, 3);
    see(false, 4);
    loop.pass(std::chrono::seconds{10});
    EXPECT_EQ(told(), std::vector<std::string>{"primary3"});
    guard.silent = false;
    loop.pass(std::chrono::seconds{10});
    EXPECT_EQ(told(), (std::vector<std::string>{"primary3", "standby4"}));
}

TEST_F(HookLoopTest, WhatMayRunIsKilledBeforeAnotherOneIsBegun) {
    guard.silent = true;
    see(true, 3);
    see(false, 4);
    loop.pass(std::chrono::seconds{10});
    EXPECT_EQ(guard.killed, std::vector<std::string>{"hook:redis"});
    EXPECT_EQ(told(), std::vector<std::string>{"primary3"});
    hook.gone();
    EXPECT_EQ(told(), (std::vector<std::string>{"primary3", "standby4"}));
}

TEST_F(HookLoopTest, WhatAnEarlierAgentLeftIsEndedBeforeTheRoleIsToldAgain) {
    hook.adopt();
    see(true, 1);
    EXPECT_EQ(guard.killed, std::vector<std::string>{"hook:redis"});
    EXPECT_TRUE(guard.launched.empty());
    hook.gone();
    EXPECT_EQ(told(), std::vector<std::string>{"primary1"});
    EXPECT_TRUE(events.empty());
}

TEST_F(HookLoopTest, NothingIsStartedWithoutAProgram) {
    group.hooks.on_role_change.clear();
    see(true, 1);
    EXPECT_TRUE(guard.launched.empty());
}

TEST_F(HookLoopTest, ItsNameIsNoInstance) {
    EXPECT_EQ(HookLoop::group_of("hook:redis"), GroupId{"redis"});
    EXPECT_EQ(HookLoop::group_of("redis-a"), std::nullopt);
    EXPECT_EQ(HookLoop::group_of("front"), std::nullopt);
}

}  // namespace
}  // namespace baton::runtime
