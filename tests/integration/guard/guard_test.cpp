// What happens to servers: start, end, deadlines, the guard's own end.
#include "fixture.hpp"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

namespace baton::guard_test {
namespace {

TEST_F(GuardTest, AServerIsStartedListedKilledAndToldGone) {
    const pid_t pid = launch("a");
    EXPECT_TRUE(is_alive(pid));
    EXPECT_EQ(ask("list"), "list a=" + std::to_string(pid));
    EXPECT_EQ(ask("kill a"), "ok");
    EXPECT_TRUE(told_gone("a"));
    EXPECT_FALSE(is_alive(pid));
    EXPECT_EQ(ask("list"), "list");
}

TEST_F(GuardTest, LaunchingARunningNameAnswersTheRunningServer) {
    const pid_t pid = launch("a");
    EXPECT_EQ(launch("a"), pid);
    EXPECT_EQ(ask("list"), "list a=" + std::to_string(pid));
}

TEST_F(GuardTest, AGoneNameCanBeLaunchedAtOnce) {
    for (int round = 0; round < 50; ++round) {
        const pid_t pid = launch("a");
        ASSERT_GT(pid, 0);
        ::kill(pid, SIGKILL);
        ASSERT_TRUE(told_gone("a"));
    }
}

TEST_F(GuardTest, KillingAndStoppingAnUnknownNameIsHarmless) {
    EXPECT_EQ(ask("kill nobody"), "ok");
    EXPECT_EQ(ask("stop nobody 10"), "ok");
    EXPECT_EQ(ask("look nobody"), "absent");
}

TEST_F(GuardTest, AServerThatObeysIsOnlyAsked) {
    const pid_t pid = launch("a");
    EXPECT_EQ(ask("stop a 3600000"), "ok");
    EXPECT_TRUE(told_gone("a"));
    EXPECT_FALSE(is_alive(pid));
    EXPECT_TRUE(eventually([&] {
        return contents(path("guard.log")).find("a is gone: killed by signal 15") !=
               std::string::npos;
    }));
}

TEST_F(GuardTest, AServerThatIgnoresTheRequestIsKilledAtTheDeadline) {
    launch("a", "deaf pid=" + path("a.pid"));
    pid_in(path("a.pid"));
    EXPECT_EQ(ask("stop a 50"), "ok");
    EXPECT_TRUE(told_gone("a"));
    EXPECT_TRUE(eventually([&] {
        return contents(path("guard.log")).find("a is gone: killed by signal 9") !=
               std::string::npos;
    }));
}

TEST_F(GuardTest, OutputIsAppendedToTheLogAndTheEnvironmentIsMinimal) {
    for (int round = 0; round < 2; ++round) {
        launch("a", "environment pid=" + path("a.pid"));
        pid_in(path("a.pid"));
        ask("kill a");
        ASSERT_TRUE(told_gone("a"));
        ::unlink(path("a.pid").c_str());
    }
    const std::string once =
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nLANG=C.UTF-8\n"
        "GIVEN=yes\n";
    EXPECT_EQ(contents(path("a.log")), once + once);
}

TEST_F(GuardTest, ADeadlineThatPassesWhileTheAgentIsFrozenKillsServerAndDescendants) {
    const pid_t server = launch("a", "deaf escape=" + path("a.pid"));
    const pid_t escaped = pid_in(path("a.pid"));
    const pid_t other = launch("b");
    EXPECT_EQ(ask("set a 300"), "ok");
    EXPECT_TRUE(is_alive(escaped));
    EXPECT_EQ(::kill(agent_pid_, SIGSTOP), 0);
    EXPECT_TRUE(eventually([&] { return !is_alive(server) && !is_alive(escaped); }));
    EXPECT_TRUE(is_alive(other)) << "it had no deadline";
    EXPECT_EQ(::kill(agent_pid_, SIGCONT), 0);
    EXPECT_TRUE(told_gone("a"));
    EXPECT_EQ(ask("closed"), "1");
}

TEST_F(GuardTest, ADeadlineAppliesToAFrozenServerToo) {
    const pid_t server = launch("a");
    ::kill(server, SIGSTOP);
    EXPECT_EQ(ask("set a 50"), "ok");
    EXPECT_TRUE(told_gone("a"));
}

TEST_F(GuardTest, AnExtendedOrClearedDeadlineKillsNothing) {
    const pid_t extended = launch("extended");
    const pid_t cleared = launch("cleared");
    launch("missed");
    ask("set extended 3000");
    ask("set cleared 3000");
    ask("set extended 3600000");
    ask("clear cleared");
    ask("set missed 3100");  // Later than the two were.
    EXPECT_TRUE(told_gone("missed"));
    EXPECT_TRUE(is_alive(extended));
    EXPECT_TRUE(is_alive(cleared));
    EXPECT_EQ(ask("closed"), "1");
}

TEST_F(GuardTest, ADeadlineThatMovesCloserIsNoticed) {
    launch("a");
    ask("set a 3600000");
    ask("set a 20");
    EXPECT_TRUE(told_gone("a"));
}

TEST_F(GuardTest, ADeadlineThatPassedDoesNotKillTheNextServerOfThatName) {
    for (int round = 0; round < 20; ++round) {
        const pid_t server = launch("a");
        EXPECT_EQ(ask("list"), "list a=" + std::to_string(server));
        ASSERT_TRUE(is_alive(server)) << "round " << round;
        ask("set a 5");
        ASSERT_TRUE(told_gone("a"));
    }
    EXPECT_EQ(ask("closed"), "20");
}

TEST_F(GuardTest, ADeadlineOfADeadAgentStaysInForce) {
    launch("a");
    ask("set a 1000");
    ::kill(agent_pid_, SIGKILL);
    ASSERT_GT(await_agent(), 0);
    EXPECT_TRUE(told_gone("a"));
    EXPECT_EQ(ask("closed"), "1");
}

TEST_F(GuardTest, WhenTheGuardIsKilledEverythingDies) {
    const pid_t server = launch("a", "deaf escape=" + path("a.pid"));
    const pid_t escaped = pid_in(path("a.pid"));
    const pid_t frozen = launch("b");
    const pid_t keeper = parent_of(server);
    ::kill(frozen, SIGSTOP);
    ::kill(guard_, SIGKILL);
    EXPECT_EQ(exit_code(guard_), -SIGKILL);
    for (const pid_t pid : {agent_pid_, keeper, server, escaped, frozen}) {
        EXPECT_TRUE(eventually([&] { return !is_alive(pid); }));
    }
}

TEST_F(GuardTest, AnOrderlyEndEndsTheAgentAndTheServers) {
    const pid_t server = launch("a");
    launch("deaf", "deaf escape=" + path("deaf.pid"));
    const pid_t escaped = pid_in(path("deaf.pid"));
    ::kill(guard_, SIGTERM);
    EXPECT_TRUE(eventually([&] { return !is_alive(agent_pid_) && !is_alive(server); }));
    ::kill(guard_, SIGINT);  // The deaf one is not waited for.
    EXPECT_EQ(exit_code(guard_), 0);
    EXPECT_FALSE(is_alive(escaped));
}

TEST_F(GuardTest, OnlyOneGuardRunsInADirectory) {
    const pid_t second = start_guard();
    EXPECT_EQ(exit_code(second), 1);
    EXPECT_NE(contents(path("guard.log")).find("pid " + std::to_string(guard_)), std::string::npos);
    ::kill(guard_, SIGKILL);
    EXPECT_EQ(exit_code(guard_), -SIGKILL);
    guard_ = start_guard();
    EXPECT_GT(await_agent(), 0);
}

}  // namespace
}  // namespace baton::guard_test
