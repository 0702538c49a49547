// Each rule taken away, in a world that is safe with it (variants_test.cpp):
// now something goes wrong, and the shortest way there is told.
#include "exhaustive/lease/explorer.hpp"
#include "exhaustive/lease/variants.hpp"

#include <gtest/gtest.h>

#include <iostream>

namespace baton::exhaustive {
namespace {

void expect_broken(const Scene& scene) {
    const Exploration exploration = explore(scene);
    std::cout << exploration.counterexample << "  " << exploration.worlds << " worlds\n";
    EXPECT_NE(exploration.counterexample, "") << "without the rule nothing goes wrong";
}

TEST(LeaseWithout, Refusal) {
    Scene scene = steady();
    scene.rules.voters_refuse = false;
    expect_broken(scene);
}

TEST(LeaseWithout, TheWait) {
    Scene scene = steady();
    scene.rules.leader_waits = false;
    expect_broken(scene);
}

TEST(LeaseWithout, TheMarginForDrift) {
    Scene scene = steady();
    scene.rules.wait_covers_drift = false;
    expect_broken(scene);
}

/// No rule, but what the bound means: each clock within 0.1 % of the true time
/// would let two of them differ by a little more than 0.2 %.
TEST(LeaseWithout, ABoundBetweenTwoMachines) {
    Scene scene = steady();
    scene.rates = {999, 1001, 1001, 1001};
    expect_broken(scene);
}

TEST(LeaseWithout, ABoundOnMemory) {
    Scene scene = restarts();
    scene.rules.restart_limits_memory = false;
    expect_broken(scene);
}

TEST(LeaseWithout, EqualConfigurations) {
    Scene scene = shrinking();
    scene.rules.configurations_are_equal = false;
    expect_broken(scene);
}

TEST(LeaseWithout, APauseBetweenChanges) {
    Scene scene = shrinking();
    scene.rules.changes_pause = false;
    expect_broken(scene);
}

/// It is counted from when the leader became one instead.
TEST(LeaseWithout, APauseAfterALeadersFirstCommit) {
    Scene scene = sibling_membership();
    scene.rules.first_commit_settles = false;
    expect_broken(scene);
}

/// Only then does it matter since when a voter has its vote.
TEST(LeaseWithout, APauseAndABoundOnMemoryByTheVote) {
    Scene scene = replaced_voter();
    scene.rules.changes_pause = false;
    scene.rules.new_vote_limits_memory = false;
    expect_broken(scene);
}

TEST(LeaseWithout, DurableAnswers) {
    Scene scene = restarts_with_slow_disks();
    scene.rules.answers_are_durable = false;
    expect_broken(scene);
}

TEST(LeaseWithout, CommittedRevocations) {
    Scene scene = deposed_leader();
    scene.rules.answers_are_committed = false;
    expect_broken(scene);
}

TEST(LeaseWithout, DurablePromises) {
    Scene scene = promised_close();
    scene.rules.promises_are_durable = false;
    expect_broken(scene);
}

}  // namespace
}  // namespace baton::exhaustive
