// The operator's command that cuts a node off: only code 0 of a run that was begun
// after the revocation counts.
#include "runtime/stonith.hpp"
#include "unit/runtime/programs.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

namespace baton::runtime {
namespace {

using namespace std::chrono_literals;

struct StonithTest : ::testing::Test {
    const NodeId b{"b"};
    SteppedLoop loop;
    TestGuard guard;
    std::vector<std::string> events;
    std::vector<std::pair<NodeId, LogIndex>> off;
    Stonith stonith{NodeId{"a"},
                    loop,
                    guard,
                    "/hooks",
                    [this](const NodeId& node, LogIndex index) { off.emplace_back(node, index); },
                    [this](const Event& event) { events.push_back(event.name); }};
    MemberView view;

    StonithTest() {
        auto state = std::make_shared<cluster::State>();
        state->name = "shop";
        state->settings.fencing = {{"/sbin/power", "off"}, 20s};
        state->nodes[b].declared.peer.host = "10.0.0.2";
        view.state = state;
        view.applied = LogIndex{41};
        view.to_cut_off = {b};
    }
};

TEST_F(StonithTest, IsToldWhomAndWhereWithoutAShell) {
    stonith.look(view);
    ASSERT_EQ(guard.launched.size(), 1U);
    EXPECT_EQ(guard.launched[0].name, "fence:b");
    EXPECT_EQ(guard.launched[0].arguments, (std::vector<std::string>{"/sbin/power", "off"}));
    EXPECT_EQ(guard.launched[0].environment,
              (std::vector<std::string>{"BATON_CLUSTER=shop", "BATON_NODE=a",
                                        "BATON_FENCE_NODE=b", "BATON_FENCE_ADDRESS=10.0.0.2"}));
}

TEST_F(StonithTest, ItsSuccessCountsFromWhatWasAppliedWhenItBegan) {
    stonith.look(view);
    view.applied = LogIndex{57};
    stonith.look(view);
    ASSERT_EQ(guard.launched.size(), 1U) << "one at a time";
    stonith.gone(b);
    EXPECT_EQ(off, (std::vector<std::pair<NodeId, LogIndex>>{{b, LogIndex{41}}}));
    EXPECT_EQ(events,
              (std::vector<std::string>{"fencing.command_begun", "fencing.command_done"}));
}

TEST_F(StonithTest, AFailureProvesNothingAndIsRepeated) {
    for (const std::optional<int> code : {std::optional{1}, std::optional<int>{}}) {
        guard.code = code;
        stonith.look(view);
        stonith.gone(b);
        EXPECT_EQ(events.back(), "fencing.command_failed");
        stonith.look(view);
        loop.pass(5s);
    }
    EXPECT_EQ(guard.launched.size(), 2U) << "not before the pause is over";
    EXPECT_TRUE(off.empty());
}

TEST_F(StonithTest, WhatOverstaysIsKilledAndProvesNothingEvenIfItEndsWell) {
    stonith.look(view);
    loop.pass(20s);
    EXPECT_EQ(guard.killed, std::vector<std::string>{"fence:b"});
    stonith.gone(b);
    EXPECT_TRUE(off.empty());
    EXPECT_EQ(events.back(), "fencing.command_killed");
}

TEST_F(StonithTest, AnEarlierAgentsCommandIsEndedAndBegunAnew) {
    stonith.adopt(b);
    EXPECT_EQ(guard.killed, std::vector<std::string>{"fence:b"});
    stonith.gone(b);
    EXPECT_TRUE(off.empty()) << "nobody knows what was applied when it began";
    loop.pass(5s);
    stonith.look(view);
    stonith.gone(b);
    EXPECT_EQ(off.size(), 1U);
}

TEST_F(StonithTest, AGuardThatCannotBeginItIsAskedAgain) {
    guard.refuses = true;
    stonith.look(view);
    EXPECT_EQ(events.back(), "fencing.command_not_begun");
    guard.refuses = false;
    loop.pass(5s);
    stonith.look(view);
    stonith.gone(b);
    EXPECT_EQ(off.size(), 1U);
}

/// A time-out is no failure: something may run, until the guard knows of nothing.
TEST_F(StonithTest, AGuardThatNeverBeganItIsAskedAgainAfterTheTimeout) {
    guard.silent = true;
    stonith.look(view);
    loop.pass(6s);
    stonith.look(view);
    EXPECT_EQ(guard.launched.size(), 1U);
    guard.silent = guard.present = false;
    loop.pass(14s);
    loop.pass(5s);
    stonith.look(view);
    EXPECT_EQ(guard.launched.size(), 2U);
    stonith.gone(b);
    EXPECT_EQ(off.size(), 1U);
}

/// One that stands still may begin it yet, for an entry long applied.
TEST_F(StonithTest, AGuardThatStillSaysNothingIsNotAskedAgain) {
    guard.silent = true;
    guard.present = false;
    stonith.look(view);
    loop.pass(20s);
    loop.pass(6s);
    stonith.look(view);
    EXPECT_EQ(guard.launched.size(), 1U);
    guard.silent = false;
    loop.pass(20s);
    loop.pass(5s);
    stonith.look(view);
    EXPECT_EQ(guard.launched.size(), 2U);
}

TEST_F(StonithTest, NobodyIsCutOffAnyMoreOnceTheWaitIsOver) {
    guard.code = 1;
    stonith.look(view);
    stonith.gone(b);
    view.to_cut_off.clear();
    loop.pass(5s);
    stonith.look(view);
    EXPECT_EQ(guard.launched.size(), 1U);
}

}  // namespace
}  // namespace baton::runtime
