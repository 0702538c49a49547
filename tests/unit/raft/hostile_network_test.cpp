#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "unit/raft/hostile_world.hpp"

namespace baton::raft::test {
namespace {

struct Sums {
    std::size_t committed = 0;
    std::size_t leaders = 0;
    std::size_t reads = 0;
    std::size_t snapshots = 0;
    std::size_t memberships = 0;
};

/// BATON_SEED replays one seed instead of the first `count`.
Sums run_seeds(std::uint64_t count, HostileWorld::Options options) {
    constexpr std::size_t steps = 1'500;
    const char* replay = std::getenv("BATON_SEED");
    const std::uint64_t first = replay == nullptr ? 1 : std::strtoull(replay, nullptr, 10);
    Sums sums;
    for (std::uint64_t seed = first; seed < first + (replay == nullptr ? count : 1); ++seed) {
        options.seed = seed;
        HostileWorld world(options);
        for (std::size_t step = 0; step < steps && world.broken().empty(); ++step) {
            world.step();
        }
        const bool recovered = world.recovers();
        EXPECT_EQ(world.broken(), "") << "seed=" << seed << " members=" << options.members
                                      << "; replay with BATON_SEED=" << seed;
        EXPECT_TRUE(recovered || !world.broken().empty())
            << "no progress after the last fault; seed=" << seed << " members=" << options.members
            << "; replay with BATON_SEED=" << seed;
        if (!recovered || !world.broken().empty()) {
            break;
        }
        sums.committed += world.committed();
        sums.leaders += world.leaders_seen();
        sums.reads += world.reads_confirmed();
        sums.snapshots += world.snapshots_restored();
        sums.memberships += world.memberships_changed();
    }
    return sums;
}

/// A run in which nothing happens proves nothing.
void expect_eventful(const Sums& sums, std::uint64_t seeds) {
    if (std::getenv("BATON_SEED") != nullptr) {
        return;
    }
    EXPECT_GT(sums.committed, seeds * 20);
    EXPECT_GT(sums.leaders, seeds * 3);
    EXPECT_GT(sums.reads, seeds);
    EXPECT_GT(sums.snapshots, seeds);
}

TEST(HostileNetwork, ThreeMembersStaySafeAndRecover) {
    constexpr std::uint64_t seeds = 25;
    expect_eventful(run_seeds(seeds, {.members = 3}), seeds);
}

TEST(HostileNetwork, FiveMembersStaySafeAndRecover) {
    constexpr std::uint64_t seeds = 12;
    expect_eventful(run_seeds(seeds, {.members = 5}), seeds);
}

TEST(HostileNetwork, ChangingMembershipStaysSafeAndRecovers) {
    constexpr std::uint64_t seeds = 20;
    const Sums sums = run_seeds(seeds, {.members = 4, .membership_changes = true});
    expect_eventful(sums, seeds);
    if (std::getenv("BATON_SEED") == nullptr) {
        EXPECT_GT(sums.memberships, seeds);
    }
}

}  // namespace
}  // namespace baton::raft::test
