#include "guard/processes.hpp"
#include "guard/restarts.hpp"

#include "adapters/guard/look.hpp"
#include "guard/agent_process.hpp"
#include "guard/memory.hpp"

#include <gtest/gtest.h>

namespace baton {
namespace {

using cluster::ProcessState;
using guard::millisecond;
using guard::ProcessStat;
using guard::second;

constexpr const char* stat_tail = " 7 7 0 -1 4194560 1 0 0 0 12 30 0 0 20 0 4 0 9876 0 0";

TEST(GuardProcesses, StatIsReadWhateverTheNameOfTheCommand) {
    for (const char* command : {"(redis-server)", "(a) R 1 (b)", "(x y)", "())", "(\n)"}) {
        ProcessStat stat;
        ASSERT_TRUE(guard::parse_stat(std::string{"41 "} + command + " S 40" + stat_tail, stat));
        EXPECT_EQ(stat.state, 'S');
        EXPECT_EQ(stat.parent, 40);
        EXPECT_EQ(stat.cpu_ticks, 42U);
        EXPECT_EQ(stat.started, 9876U);
    }
}

TEST(GuardProcesses, AnIncompleteStatIsRefused) {
    ProcessStat stat;
    EXPECT_FALSE(guard::parse_stat("", stat));
    EXPECT_FALSE(guard::parse_stat("41 (redis", stat));
    EXPECT_FALSE(guard::parse_stat("41 (redis) S 40 7 7", stat));
}

TEST(GuardProcesses, AFieldOfTextIsNeverReadBeyondItsEnd) {
    std::array<char, 4> field{'a', 'b', 'c', 'd'};
    EXPECT_EQ(guard::text_of(field), "abcd");
    guard::put_text(field, "longer");
    EXPECT_EQ(guard::text_of(field), "lon");
}

TEST(GuardRestarts, AnAgentThatDiesAtOnceIsRestartedTenTimesAndThenOnceASecond) {
    guard::Restarts restarts;
    const std::int64_t now = 77 * second;
    for (int time = 0; time < guard::restarts_max; ++time) EXPECT_EQ(restarts.take(now), now);
    EXPECT_EQ(restarts.take(now), now + second);
    EXPECT_EQ(restarts.take(now + second), now + 2 * second);
}

/// Every 700 ms is what a lease can bear, for ten seconds and a second more each.
TEST(GuardRestarts, AnAgentThatWorksInBetweenIsRestartedAtOnce) {
    guard::Restarts restarts;
    for (std::int64_t now = 0; now < 20 * second; now += 700 * millisecond) {
        EXPECT_EQ(restarts.take(now), now);
    }
    guard::Restarts patient;
    for (std::int64_t now = 0; now < 1000 * second; now += second) {
        EXPECT_EQ(patient.take(now), now);
    }
}

TEST(GuardRestarts, TheStoreHoldsNoMoreThanItsMost) {
    guard::Restarts restarts;
    (void)restarts.take(0);
    const std::int64_t later = 3600 * second;
    for (int time = 0; time < guard::restarts_max; ++time) EXPECT_EQ(restarts.take(later), later);
    EXPECT_GT(restarts.take(later), later);
}

TEST(GuardLook, StoppedIsFrozenWhateverItUsed) {
    EXPECT_EQ(adapters::judge({'T', 1, 10, 0}, 5), ProcessState::frozen);
    EXPECT_EQ(adapters::judge({'t', 1, 10, 0}, {}), ProcessState::frozen);
}

TEST(GuardLook, RunnableOrProgressingIsBusy) {
    EXPECT_EQ(adapters::judge({'R', 1, 10, 0}, 10), ProcessState::busy);
    EXPECT_EQ(adapters::judge({'S', 1, 11, 0}, 10), ProcessState::busy);
    EXPECT_EQ(adapters::judge({'Z', 1, 10, 0}, 10), ProcessState::busy) << "ending, not gone";
}

TEST(GuardLook, SleepingWithoutProgressIsRunning) {
    EXPECT_EQ(adapters::judge({'S', 1, 10, 0}, 10), ProcessState::running);
    EXPECT_EQ(adapters::judge({'S', 1, 10, 0}, {}), ProcessState::running) << "no look before";
    EXPECT_EQ(adapters::judge({'D', 1, 10, 0}, 10), ProcessState::running) << "the disk's affair";
}

TEST(GuardLook, TheUnifiedGroupIsTheOneWithoutControllers) {
    EXPECT_EQ(adapters::unified_group("12:freezer:/f\n1:name=systemd:/s\n0::/a/b\n"), "/a/b");
    EXPECT_EQ(adapters::unified_group("0::/"), "/");
    EXPECT_EQ(adapters::unified_group("12:freezer:/f\n"), "");
    EXPECT_EQ(adapters::unified_group(""), "");
}

}  // namespace
}  // namespace baton
