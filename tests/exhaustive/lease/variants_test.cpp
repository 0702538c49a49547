// With all rules: whatever happens, no write can be acknowledged under the old
// appointment once the leader has counted its lease as over.
#include "exhaustive/lease/variants.hpp"
#include "exhaustive/lease/explorer.hpp"

#include <gtest/gtest.h>

#include <iostream>

namespace baton::exhaustive {
namespace {

/// `worlds_min`: fewer would mean that the world has lost something that could
/// happen in it.
void expect_safe(const Scene& scene, std::size_t worlds_min) {
    const Exploration exploration = explore(scene);
    std::cout << "  " << exploration.worlds << " worlds\n";
    EXPECT_EQ(exploration.counterexample, "");
    EXPECT_GE(exploration.worlds, worlds_min);
}

TEST(LeaseExhaustive, Steady) {
    expect_safe(steady(), 25'000);
}

/// Who is fast makes every difference that the bound permits.
TEST(LeaseExhaustive, Clocks) {
    for (unsigned int choice = 0; choice < 8; ++choice) {
        Scene scene = steady();
        scene.steps = 3;
        for (unsigned int node = 0; node < 3; ++node) {
            scene.rates[node] = ((choice >> node) & 1U) != 0 ? fast : slow;
        }
        expect_safe(scene, 15'000);
    }
}

TEST(LeaseExhaustive, SlowDisks) {
    expect_safe(slow_disks(), 6'000);
}
TEST(LeaseExhaustive, Restarts) {
    expect_safe(restarts(), 80'000);
}
TEST(LeaseExhaustive, RestartsWithSlowDisks) {
    expect_safe(restarts_with_slow_disks(), 50'000);
}
TEST(LeaseExhaustive, HolderWithoutAVote) {
    expect_safe(holder_without_a_vote(), 20'000);
}
TEST(LeaseExhaustive, LateAnswers) {
    expect_safe(late_answers(), 20'000);
}
TEST(LeaseExhaustive, RepeatedHeartbeats) {
    expect_safe(repeated_heartbeats(), 50'000);
}
TEST(LeaseExhaustive, DeposedLeader) {
    expect_safe(deposed_leader(), 45'000);
}
TEST(LeaseExhaustive, ReplacedVoter) {
    expect_safe(replaced_voter(), 60'000);
}
TEST(LeaseExhaustive, Shrinking) {
    expect_safe(shrinking(), 30'000);
}
TEST(LeaseExhaustive, Growing) {
    expect_safe(growing(), 35'000);
}
TEST(LeaseExhaustive, SiblingMembership) {
    expect_safe(sibling_membership(), 150'000);
}
TEST(LeaseExhaustive, PromisedClose) {
    expect_safe(promised_close(), 45'000);
}

/// A voter's age counts from its latest vote as well, which nothing needs while
/// changes of membership pause: docs/lease.md says why.
TEST(LeaseExhaustive, MemoryFromBeforeAVoteIsHarmlessWhileChangesPause) {
    Scene scene = replaced_voter();
    scene.rules.new_vote_limits_memory = false;
    expect_safe(scene, 60'000);
}

/// The margin for the drift covers what the guard's own margin may use up.
TEST(LeaseExhaustive, DriftIsHarmlessWhileTheGuardIsPrompt) {
    Scene scene = steady();
    scene.rules.wait_covers_drift = false;
    scene.guard_lateness = Duration{0};
    expect_safe(scene, 25'000);
}

}  // namespace
}  // namespace baton::exhaustive
