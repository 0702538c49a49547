#include "guard/processes.hpp"

#include "adapters/guard/look.hpp"
#include "guard/agent_process.hpp"
#include "guard/memory.hpp"

#include <gtest/gtest.h>

namespace baton {
namespace {

using cluster::ProcessState;
using guard::millisecond;
using guard::ProcessStat;

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

TEST(GuardProcesses, AnAgentThatDiesAtOnceIsRestartedMoreSlowlyEachTime) {
    EXPECT_EQ(guard::respawn_pause(0), 0);
    EXPECT_EQ(guard::respawn_pause(1), 0);
    EXPECT_EQ(guard::respawn_pause(2), 50 * millisecond);
    EXPECT_EQ(guard::respawn_pause(3), 100 * millisecond);
    EXPECT_EQ(guard::respawn_pause(6), 800 * millisecond);
    EXPECT_EQ(guard::respawn_pause(7), 1000 * millisecond);
    EXPECT_EQ(guard::respawn_pause(1'000'000), 1000 * millisecond);
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
