// When a guard counts.
#include "core/lease/tier.hpp"

#include "core/lease/closing.hpp"

#include <gtest/gtest.h>

namespace baton::lease {
namespace {

using std::chrono::milliseconds;

constexpr Instant now{std::chrono::seconds{100}};
constexpr Duration tolerated = lateness_tolerated(guard_margin);

TierState judged(Duration silence, Lateness late) {
    return judge_guard({now - silence, late}, now).state;
}

TEST(Guard, ThatIsAwakeAndInTimeIsVerified) {
    EXPECT_EQ(judged(milliseconds{20}, {}), TierState::verified);
    EXPECT_TRUE(judge_guard({now, {}}, now).reason.empty());
    EXPECT_EQ(judged(milliseconds{20}, {guard_margin, tolerated}), TierState::verified);
}

TEST(Guard, ThatIsOftenLateIsNot) {
    const Lateness late{guard_margin, tolerated + Duration{1}};
    EXPECT_EQ(judged(milliseconds{20}, late), TierState::unverified);
}

TEST(Guard, ThatWasOnceLaterThanItsMarginIsNot) {
    EXPECT_EQ(judged(milliseconds{20}, {guard_margin + Duration{1}, {}}), TierState::unverified);
}

TEST(Guard, ThatIsNotHeardIsNot) {
    EXPECT_EQ(judged(guard_silence_max - Duration{1}, {}), TierState::verified);
    EXPECT_EQ(judged(guard_silence_max, {}), TierState::unverified);
}

TEST(Guard, ThatWasNeverSeenIsAbsent) {
    EXPECT_EQ(judge_guard({}, now).state, TierState::absent);
    EXPECT_FALSE(judge_guard({}, now).reason.empty());
}

}  // namespace
}  // namespace baton::lease
