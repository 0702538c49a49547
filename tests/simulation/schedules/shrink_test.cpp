// Failing schedules are replayed exactly, written down, and made smaller.
#include "simulation/shrink.hpp"
#include "simulation/seed_run.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

namespace baton::simulation {
namespace {

using std::chrono::milliseconds;

Fault fault_of(FaultKind kind, const char* node, Duration at, Duration time = Duration{0}) {
    Fault fault;
    fault.at = Instant{at};
    fault.kind = kind;
    fault.node = NodeId{node};
    fault.time = time;
    return fault;
}

bool has(const Schedule& schedule, FaultKind kind, Duration time_min) {
    return std::ranges::any_of(
        schedule, [&](const Fault& fault) { return fault.kind == kind && fault.time >= time_min; });
}

TEST(Schedule, AReplayIsTheSameHistory) {
    for (std::uint64_t seed = 1; seed <= 9; ++seed) {
        SeedOptions options;
        options.seed = seed;
        options.seconds = 16;
        const SeedResult drawn = run_seed(options);
        ASSERT_FALSE(drawn.struck.empty()) << "seed " << seed;
        options.schedule = drawn.struck;
        const SeedResult replayed = run_seed(options);
        EXPECT_EQ(drawn.digest, replayed.digest) << "seed " << seed;
        EXPECT_EQ(drawn.struck, replayed.struck) << "seed " << seed;
    }
}

TEST(Schedule, WithoutFaultsItIsAnotherHistory) {
    SeedOptions options;
    options.seconds = 16;
    const SeedResult drawn = run_seed(options);
    options.schedule = Schedule{};
    EXPECT_NE(drawn.digest, run_seed(options).digest);
}

TEST(Schedule, ComesBackFromAFile) {
    Schedule schedule{fault_of(FaultKind::isolate, "a", milliseconds{5}, milliseconds{70}),
                      fault_of(FaultKind::cut_pair, "b", milliseconds{6}),
                      fault_of(FaultKind::lose_packets, "", milliseconds{7})};
    schedule[0].direction = Direction::inward;
    schedule[1].direction = Direction::outward;
    schedule[1].other = NodeId{"c"};
    schedule[1].delay = Duration{123'456'789};
    schedule[2].one_in = 7;
    const std::string path = ::testing::TempDir() + "/schedule.faults";
    ASSERT_TRUE(write_schedule(path, schedule));
    const auto read = read_schedule(path);
    std::filesystem::remove(path);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read.value(), schedule);
}

TEST(Schedule, WhatIsNoFaultIsNamed) {
    for (const char* line : {"at=1 explode", "at=one kill_front", "at=1 kill_front where=a"}) {
        EXPECT_FALSE(read_fault(line)) << line;
    }
}

TEST(Shrink, LeavesWhatIsNeededAndShortensIt) {
    Schedule schedule;
    for (int i = 0; i < 9; ++i) {
        schedule.push_back(fault_of(FaultKind::kill_agent, "a", milliseconds{i * 10}));
    }
    schedule[2] = fault_of(FaultKind::isolate, "b", milliseconds{20}, milliseconds{1600});
    schedule[7] = fault_of(FaultKind::stall_disk, "c", milliseconds{70}, milliseconds{800});
    std::size_t tries = 0;
    const auto fails = [&tries](const Schedule& candidate) {
        ++tries;
        return has(candidate, FaultKind::isolate, milliseconds{400}) &&
               has(candidate, FaultKind::stall_disk, milliseconds{0});
    };
    const Schedule fewest = shrink(schedule, fails, 200);
    ASSERT_EQ(fewest.size(), 2U);
    EXPECT_EQ(fewest[0].time, milliseconds{400});
    EXPECT_EQ(fewest[1].time, milliseconds{25});
    EXPECT_LT(tries, 60U);
}

TEST(Shrink, EndsAfterAsManyTriesAsItMayMake) {
    const Schedule schedule(64, fault_of(FaultKind::kill_agent, "a", milliseconds{1}));
    std::size_t tries = 0;
    const auto fails = [&tries](const Schedule&) {
        ++tries;
        return false;
    };
    EXPECT_EQ(shrink(schedule, fails, 10), schedule);
    EXPECT_EQ(tries, 10U);
}

}  // namespace
}  // namespace baton::simulation
