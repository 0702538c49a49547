// What the assumption about clocks is worth: inside it a guard may use its whole
// margin, outside it, or with a later guard, two may write. docs/lease.md says
// where it ends; these stories end there.
#include "core/lease/closing.hpp"
#include "simulation/schedules/run.hpp"

#include <optional>

namespace baton::simulation {
namespace {

constexpr Duration lease_length = cluster::Settings{}.lease;
/// A guard that kills at the last moment: its own jitter and the kill are left.
constexpr Duration whole_margin = lease::guard_margin - milliseconds{5};

struct Story {
    std::uint64_t seed = 1;
    std::int64_t slow_ppm = 0;  ///< How slow the primary's clock is, and how fast the others are.
    Duration guard_late{0};
};

/// Whether the server of a primary whose agent has stopped writes beside its
/// successor; empty if it was no fair trial.
std::optional<bool> two_write(const Story& story) {
    Setup setup{.seed = story.seed, .verbose = loud()};
    // At birth the first server is preferred.
    setup.drift_ppm = {-story.slow_ppm, story.slow_ppm, story.slow_ppm};
    Cluster cluster(setup);
    if (!cluster.run_until_steady(seconds{10}) || cluster.primary_node() != NodeId{"a"}) return {};
    static_cast<void>(cluster.run_for(seconds{1}));
    cluster.node("a").machine().delay_guard(story.guard_late);
    cluster.node("a").freeze_agent();
    static_cast<void>(cluster.run_for(2 * lease_length));
    const std::string& broken = cluster.world().broken();
    const bool two =
        broken.starts_with("single_writer:") || broken.starts_with("acknowledged_after_revoke:");
    if (!two && (!broken.empty() || cluster.agreed()->epoch == Epoch{1})) return {};
    return two;
}

/// How many of so many seeds let two write; all of them have to be fair trials.
std::size_t broken_of(std::size_t seeds, Story story) {
    std::size_t broken = 0;
    for (story.seed = 1; story.seed <= seeds; ++story.seed) {
        const auto two = two_write(story);
        EXPECT_TRUE(two.has_value()) << "seed " << story.seed;
        if (two.value_or(false)) ++broken;
    }
    return broken;
}

TEST(Clocks, InsideTheBoundAGuardMayUseItsWholeMargin) {
    EXPECT_EQ(broken_of(12, {.slow_ppm = 500, .guard_late = whole_margin}), 0U);
}

TEST(Clocks, OutsideTheBoundTheMarginOfAPromptGuardStillCovers) {
    EXPECT_EQ(broken_of(12, {.slow_ppm = 25'000}), 0U);
}

/// Five percent between two clocks, and a guard that is within its margin.
TEST(ClocksLimit, OutsideTheBoundTwoMayWrite) {
    EXPECT_GT(broken_of(4, {.slow_ppm = 25'000, .guard_late = whole_margin}), 0U);
}

TEST(ClocksLimit, AGuardThatIsLaterThanItsMarginMayLetTwoWrite) {
    EXPECT_GT(broken_of(4, {.guard_late = lease::guard_margin + milliseconds{100}}), 0U);
}

/// A guest that is paused, and whose clock stands still meanwhile, believes in
/// its lease when it goes on, and says so to whoever asks.
TEST(ClocksLimit, AClockThatStoodStillLetsTwoWrite) {
    Cluster cluster{simulation::Setup{.seed = 3, .verbose = loud()}};
    ASSERT_TRUE(cluster.run_until_steady(seconds{10})) << story(cluster);
    ASSERT_TRUE(cluster.run_for(seconds{1})) << story(cluster);
    SimNode& node = cluster.node(cluster.primary_node().text);
    node.pause();
    static_cast<void>(cluster.run_for(2 * lease_length));
    node.machine().stop_clock(2 * lease_length);
    node.resume();
    static_cast<void>(cluster.run_for(milliseconds{200}));
    const std::string& broken = cluster.world().broken();
    EXPECT_TRUE(broken.starts_with("single_writer:") || broken.starts_with("no_wrong_answer:") ||
                broken.starts_with("acknowledged_after_revoke:"))
        << story(cluster);
}

}  // namespace
}  // namespace baton::simulation
