// What happens to agents: death, new agents, and what they find.
#include "fixture.hpp"

#include <signal.h>

#include <string>

namespace baton::guard_test {
namespace {

TEST_F(GuardTest, ADeadAgentIsReplacedAndFindsItsServersRunning) {
    const pid_t server = launch("a", "escape=" + path("a.pid"));
    const pid_t escaped = pid_in(path("a.pid"));
    const pid_t dead = agent_pid_;
    ::kill(dead, SIGKILL);
    const pid_t fresh = await_agent();
    ASSERT_GT(fresh, 0);
    EXPECT_NE(fresh, dead);
    EXPECT_TRUE(is_alive(server));
    EXPECT_TRUE(is_alive(escaped));
    EXPECT_EQ(ask("list"), "list a=" + std::to_string(server));
    EXPECT_EQ(ask("look a"), "running");
    EXPECT_EQ(ask("kill a"), "ok");
    EXPECT_TRUE(told_gone("a"));
}

TEST_F(GuardTest, ANewAgentIsToldOfADeathItDidNotAskAbout) {
    const pid_t server = launch("a");
    ::kill(agent_pid_, SIGKILL);
    ASSERT_GT(await_agent(), 0);
    ::kill(server, SIGKILL);
    EXPECT_TRUE(told_gone("a"));
}

TEST_F(GuardTest, AgentsThatDieAgainAndAgainAreReplacedEachTime) {
    const pid_t server = launch("a");
    for (int round = 0; round < 6; ++round) {
        ::kill(agent_pid_, SIGKILL);
        ASSERT_GT(await_agent(), 0);
    }
    EXPECT_TRUE(is_alive(server));
}

TEST_F(GuardTest, AChildLeftByADeadAgentIsKilled) {
    EXPECT_EQ(ask("child " + path("child.pid")), "ok");
    const pid_t child = pid_in(path("child.pid"));
    EXPECT_TRUE(is_alive(child));
    ::kill(agent_pid_, SIGKILL);
    EXPECT_GT(await_agent(), 0);
    EXPECT_TRUE(eventually([&] { return !is_alive(child); }));
}

TEST_F(GuardTest, AnAgentWithABadConfigurationEndsAnIdleGuard) {
    ask("exit 2");
    EXPECT_EQ(exit_code(guard_), 2);
}

TEST_F(GuardTest, AnAgentWithABadConfigurationDoesNotEndServers) {
    const pid_t server = launch("a");
    ask("exit 2");
    EXPECT_GT(await_agent(), 0);
    EXPECT_TRUE(is_alive(server));
}

TEST_F(GuardTest, AFrozenGuardIsNotVerified) {
    EXPECT_EQ(ask("verified"), "yes");
    ::kill(guard_, SIGSTOP);
    EXPECT_TRUE(eventually([&] { return ask("verified") == "no"; }));
    ::kill(guard_, SIGCONT);
    EXPECT_TRUE(eventually([&] { return ask("verified") == "yes"; }));
}

TEST_F(GuardTest, AnOrderThatAFrozenGuardDoesNotAnswerHasAnUnknownOutcome) {
    ::kill(guard_, SIGSTOP);
    EXPECT_TRUE(ask(launch_line("a")).starts_with("error outcome_unknown"));
    ::kill(guard_, SIGCONT);
    EXPECT_TRUE(eventually([&] { return ask("list").starts_with("list a="); }));
}

TEST_F(GuardTest, AStopThatOvertakesTheStartIsNotLost) {
    ::kill(guard_, SIGSTOP);
    tell(launch_line("a"));
    tell("stop a 3600000");
    ::kill(guard_, SIGCONT);
    EXPECT_TRUE(told_gone("a"));
}

TEST_F(GuardTest, AnAgentThatWasFrozenForLongLearnsWhatItMissed) {
    launch("a");
    launch("b");
    ask("set a 200");
    const pid_t frozen = agent_pid_;
    ::kill(frozen, SIGSTOP);
    EXPECT_TRUE(eventually(
        [&] { return contents(path("guard.log")).find("a is gone") != std::string::npos; }));
    ::kill(frozen, SIGCONT);
    EXPECT_TRUE(told_gone("a"));
    EXPECT_EQ(ask("look a"), "absent");
    EXPECT_NE(ask("look b"), "absent");
}

TEST_F(GuardTest, ASighupReplacesTheAgentAlsoAFrozenOneAndLeavesServersAlone) {
    const pid_t server = launch("a");
    for (const bool frozen : {false, true}) {
        const pid_t before = agent_pid_;
        if (frozen) ::kill(before, SIGSTOP);
        ::kill(guard_, SIGHUP);
        const pid_t fresh = await_agent();
        ASSERT_GT(fresh, 0);
        EXPECT_NE(fresh, before);
        EXPECT_FALSE(is_alive(before));
        EXPECT_EQ(ask("list"), "list a=" + std::to_string(server));
    }
    EXPECT_EQ(contents(path("guard.lock")).substr(0, std::to_string(guard_).size()),
              std::to_string(guard_));
}

TEST_F(GuardTest, ALookTellsFrozenBusyAndRunning) {
    const pid_t frozen = launch("frozen");
    launch("spinning", "spin");
    launch("idle", "pid=" + path("idle.pid"));
    pid_in(path("idle.pid"));
    ::kill(frozen, SIGSTOP);
    EXPECT_TRUE(eventually([&] { return ask("look frozen") == "frozen"; }));
    EXPECT_TRUE(eventually([&] { return ask("look spinning") == "busy"; }));
    EXPECT_TRUE(eventually([&] { return ask("look idle") == "running"; }));
    EXPECT_EQ(ask("look nobody"), "absent");
    ::kill(frozen, SIGCONT);
    EXPECT_TRUE(eventually([&] { return ask("look frozen") == "running"; }));
}

}  // namespace
}  // namespace baton::guard_test
