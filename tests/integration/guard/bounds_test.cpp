// What is refused, with which message, and that nothing else changes.
#include "fixture.hpp"

#include "guard/memory.hpp"

#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

namespace baton::guard_test {
namespace {

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST_F(GuardTest, AMissingProgramIsInvalidAndNamed) {
    const std::string answer =
        ask("launch a " + directory_ + " " + path("a.log") + " - /usr/bin/no-such-server");
    EXPECT_TRUE(answer.starts_with("error invalid")) << answer;
    EXPECT_TRUE(has(answer, "/usr/bin/no-such-server")) << answer;
    EXPECT_TRUE(has(answer, "No such file or directory")) << answer;
    EXPECT_EQ(ask("list"), "list");
    EXPECT_GT(launch("a"), 0) << "the name is free again";
}

TEST_F(GuardTest, AMissingDirectoryAnUnusableLogAndAnUnknownUserAreNamed) {
    std::string answer = ask("launch a " + path("nowhere") + " " + path("a.log") + " - /bin/true");
    EXPECT_TRUE(answer.starts_with("error invalid")) << answer;
    EXPECT_TRUE(has(answer, "cannot enter its directory")) << answer;
    EXPECT_TRUE(has(answer, path("nowhere"))) << answer;
    answer = ask("launch a " + directory_ + " " + path("nowhere/a.log") + " - /bin/true");
    EXPECT_TRUE(has(answer, "cannot open its log file")) << answer;
    answer = ask("launch a " + directory_ + " " + path("a.log") + " nobody-known /bin/true");
    EXPECT_TRUE(has(answer, "cannot become its user")) << answer;
    EXPECT_TRUE(has(answer, "nobody-known")) << answer;
}

TEST_F(GuardTest, ALogFileIsNotReachedThroughALink) {
    ASSERT_EQ(::symlink(path("elsewhere").c_str(), path("a.log").c_str()), 0);
    const std::string answer = ask(launch_line("a"));
    EXPECT_TRUE(has(answer, "cannot open its log file")) << answer;
    EXPECT_EQ(contents(path("elsewhere")), "");
}

TEST_F(GuardTest, ARelativePathIsRefused) {
    EXPECT_TRUE(has(ask("launch a " + directory_ + " " + path("a.log") + " - true"), "absolute"));
}

TEST_F(GuardTest, AServerThatEndsAtOnceWasStartedAndIsGone) {
    ask(launch_line("a", "exit"));
    EXPECT_TRUE(told_gone("a"));
    EXPECT_TRUE(eventually(
        [&] { return has(contents(path("guard.log")), "a is gone: exited with code 3"); }));
}

TEST_F(GuardTest, GarbageFromAnAgentChangesNothing) {
    const pid_t server = launch("a");
    EXPECT_EQ(ask("garbage"), "ok");
    EXPECT_TRUE(eventually([&] { return ask("list") == "list a=" + std::to_string(server); }));
    EXPECT_TRUE(is_alive(guard_));
    EXPECT_EQ(ask("verified"), "yes");
}

TEST_F(GuardTest, ThePlacesAreBounded) {
    for (std::size_t number = 0; number < guard::servers_max; ++number) {
        ASSERT_GT(launch("server" + std::to_string(number)), 0);
    }
    const std::string answer = ask(launch_line("one-too-many"));
    EXPECT_TRUE(answer.starts_with("error unavailable")) << answer;
    EXPECT_TRUE(has(answer, "64")) << answer;
    EXPECT_EQ(ask("kill server7"), "ok");
    EXPECT_TRUE(told_gone("server7"));
    EXPECT_GT(launch("one-too-many"), 0);
}

TEST_F(GuardTest, AServerRunsUnderItsUserAndStillDiesWithItsKeeper) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can change the user of a server";
    const passwd* nobody = ::getpwnam("nobody");
    ASSERT_NE(nobody, nullptr);
    const std::string answer = ask("launch a / " + path("a.log") + " nobody /bin/sleep 1000000");
    ASSERT_TRUE(answer.starts_with("pid ")) << answer;
    const pid_t server = std::stoi(answer.substr(4));
    struct stat owner{};
    ASSERT_EQ(::stat(("/proc/" + std::to_string(server)).c_str(), &owner), 0);
    EXPECT_EQ(owner.st_uid, nobody->pw_uid);
    const std::string status = contents("/proc/" + std::to_string(server) + "/status");
    EXPECT_TRUE(has(status, "NoNewPrivs:\t1")) << status;
    // With the guard stopped only the parent-death signal can do it.
    ::kill(guard_, SIGSTOP);
    ::kill(parent_of(server), SIGKILL);
    EXPECT_TRUE(eventually([&] { return !is_alive(server); }));
    ::kill(guard_, SIGCONT);
    EXPECT_TRUE(told_gone("a"));
}

TEST_F(GuardTest, AnotherUserIsRefusedWithoutPrivilege) {
    if (::geteuid() == 0) GTEST_SKIP() << "root may change the user of a server";
    const std::string answer = ask("launch a / " + path("a.log") + " root /bin/true");
    EXPECT_TRUE(has(answer, "cannot become its user: Operation not permitted")) << answer;
}

}  // namespace
}  // namespace baton::guard_test
