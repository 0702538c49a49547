// "Gone" is proof of death, whatever the processes, or their killers, do.
#include "fixture.hpp"

#include <signal.h>

#include <cerrno>
#include <string>

namespace baton::guard_test {
namespace {

/// Not even a zombie.
bool exists(pid_t pid) {
    return ::kill(pid, 0) == 0 || errno != ESRCH;
}

class GuardProof : public GuardTest {
protected:
    void SetUp() override {
        GuardTest::SetUp();
        server_ = launch("a", "deaf escape=" + path("a.pid"));
        escaped_ = pid_in(path("a.pid"));
        keeper_ = parent_of(server_);
        ASSERT_TRUE(is_alive(escaped_));
        ASSERT_EQ(parent_of(keeper_), guard_);
        // It left its parent, its group and its session, and not its keeper.
        ASSERT_TRUE(eventually([&] { return parent_of(escaped_) == keeper_; }));
    }

    /// The moment the agent was told, nothing may exist any more.
    void expect_proof() {
        ASSERT_TRUE(told_gone("a"));
        EXPECT_FALSE(exists(server_));
        EXPECT_FALSE(exists(escaped_));
    }

    pid_t server_ = 0;
    pid_t escaped_ = 0;
    pid_t keeper_ = 0;
};

TEST_F(GuardProof, KillingByNameReachesAnEscapedGrandchild) {
    EXPECT_EQ(ask("kill a"), "ok");
    expect_proof();
}

TEST_F(GuardProof, TheEndOfTheFirstProcessEndsTheOthersFirst) {
    ::kill(server_, SIGKILL);
    expect_proof();
}

TEST_F(GuardProof, AKilledKeeperIsNoProof) {
    ::kill(keeper_, SIGKILL);
    expect_proof();
    launch("a");
}

TEST_F(GuardProof, WhileAnOrphanOfAKilledKeeperLivesItsNameIsNotGone) {
    // With the guard stopped nobody can kill the orphan, and the agent sees
    // only the keeper's end.
    ::kill(guard_, SIGSTOP);
    ::kill(keeper_, SIGKILL);
    EXPECT_TRUE(eventually([&] { return !is_alive(keeper_) && !is_alive(server_); }));
    EXPECT_TRUE(is_alive(escaped_));
    EXPECT_NE(ask("look a"), "absent");
    ::kill(guard_, SIGCONT);
    expect_proof();
}

TEST_F(GuardProof, AProperEndIsKnownWithoutTheGuard) {
    ::kill(guard_, SIGSTOP);
    ::kill(server_, SIGKILL);
    ASSERT_TRUE(told_gone("a")) << "the keeper's end and its word are enough";
    EXPECT_FALSE(exists(escaped_));
    ::kill(guard_, SIGCONT);
    launch("a");
    EXPECT_EQ(ask("kill a"), "ok");
    EXPECT_TRUE(told_gone("a"));
}

TEST_F(GuardProof, AStoppedKeeperIsContinued) {
    ::kill(keeper_, SIGSTOP);
    EXPECT_EQ(ask("kill a"), "ok");
    expect_proof();
}

TEST_F(GuardProof, StoppedProcessesAreKilled) {
    ::kill(server_, SIGSTOP);
    ::kill(escaped_, SIGSTOP);
    EXPECT_EQ(ask("kill a"), "ok");
    expect_proof();
}

TEST_F(GuardProof, OrphansOfOneNameDoNotHoldUpAnother) {
    const pid_t other = launch("b");
    ::kill(keeper_, SIGKILL);
    ::kill(other, SIGKILL);
    EXPECT_TRUE(told_gone("b"));
    expect_proof();
}

TEST_F(GuardProof, ABrokenKeeperOfOneNameSparesTheOthers) {
    const pid_t other = launch("b", "escape=" + path("b.pid"));
    const pid_t other_escaped = pid_in(path("b.pid"));
    ::kill(keeper_, SIGKILL);
    expect_proof();
    EXPECT_TRUE(is_alive(other));
    EXPECT_TRUE(is_alive(other_escaped));
}

}  // namespace
}  // namespace baton::guard_test
