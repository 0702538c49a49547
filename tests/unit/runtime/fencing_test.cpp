// What a node says of its own ladder, and when it may open a server.
#include "runtime/fencing.hpp"

#include <gtest/gtest.h>

#include <set>

namespace baton::runtime {
namespace {

using cluster::FencingTier;
using std::chrono::milliseconds;

class ScriptedGuard final : public Deadlines {
public:
    void set(const std::string& /*name*/, Instant /*when*/) override {}
    void clear(const std::string& /*name*/) override {}
    [[nodiscard]] bool verified() override { return awake; }
    [[nodiscard]] GuardLateness lateness() override { return late; }

    bool awake = true;
    GuardLateness late;
};

class ScriptedKernel final : public KernelLease {
public:
    void start(std::function<void()> /*changed*/) override {}
    void hold(bool now_held) override { held = now_held; }
    void extend(std::uint16_t port, Instant when) override { ends[port] = when; }
    void release(std::uint16_t port) override { ends.erase(port); }
    [[nodiscard]] Instant passes_until(std::uint16_t port) override {
        return placed.contains(port) ? Instant::forever() : Instant::never();
    }
    [[nodiscard]] KernelLeaseStatus status() override { return now; }

    bool held = true;
    std::map<std::uint16_t, Instant> ends;
    std::set<std::uint16_t> placed;
    KernelLeaseStatus now;
};

class NodeFences : public ::testing::Test {
protected:
    ScriptedGuard guard;
    ScriptedKernel kernel;
    std::vector<Event> events;
    Fencing fencing{NodeId{"a"}, Fences{guard, kernel},
                    [this](Event event) { events.push_back(std::move(event)); }};
    Instant now{std::chrono::seconds{100}};

    bool look_later() { return fencing.look(now = now + milliseconds{200}); }
};

TEST_F(NodeFences, TheFirmestVerifiedTierCounts) {
    EXPECT_TRUE(fencing.look(now));
    EXPECT_EQ(fencing.best(now), FencingTier::guard);
    kernel.now.state = KernelLeaseState::verified;
    EXPECT_TRUE(look_later());
    EXPECT_EQ(fencing.best(now), FencingTier::kernel);
}

TEST_F(NodeFences, AKernelThatHoldsIsEnoughBesideALateGuard) {
    kernel.now.state = KernelLeaseState::verified;
    guard.late.recent_max = milliseconds{151};
    fencing.look(now);
    EXPECT_EQ(fencing.best(now), FencingTier::kernel);
}

TEST_F(NodeFences, ALateGuardAloneLeavesTheAgent) {
    guard.late.recent_p99 = milliseconds{51};
    fencing.look(now);
    EXPECT_EQ(fencing.best(now), FencingTier::agent);
}

TEST_F(NodeFences, AGuardCountsOnlyForAWhileAfterItWasSeen) {
    fencing.look(now);
    EXPECT_EQ(fencing.best(now + lease::guard_silence_max - Duration{1}), FencingTier::guard);
    EXPECT_EQ(fencing.best(now + lease::guard_silence_max), FencingTier::agent);
}

TEST_F(NodeFences, AGuardIsSeenAtEveryHeartbeatAlthoughItIsJudgedLessOften) {
    fencing.look(now);
    const Instant beat = now + milliseconds{50};
    EXPECT_FALSE(fencing.look(beat));
    EXPECT_EQ(fencing.guard_seen(), beat);
}

TEST_F(NodeFences, EachChangeIsToldOnceWithItsReason) {
    fencing.look(now);
    EXPECT_FALSE(look_later());
    events.clear();
    guard.late.recent_max = milliseconds{400};
    EXPECT_TRUE(look_later());
    EXPECT_FALSE(look_later());
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].name, "fencing.unverified");
    EXPECT_EQ(events[0].severity, Severity::warning);
    EXPECT_NE(events[0].sentence.find("400 ms late"), std::string::npos) << events[0].sentence;
}

}  // namespace
}  // namespace baton::runtime
