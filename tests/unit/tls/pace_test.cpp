#include "adapters/tls/pace.hpp"

#include <gtest/gtest.h>

namespace baton::adapters::tls {
namespace {

using namespace std::chrono_literals;

constexpr Instant start{1h};

unsigned allowed(Pace& pace, const std::string& address, Instant at, unsigned tries) {
    unsigned count = 0;
    for (unsigned attempt = 0; attempt < tries; ++attempt) {
        count += pace.may_begin(address, at) ? 1U : 0U;
    }
    return count;
}

TEST(Pace, OneAddressIsHeldToItsRateAndOthersAreNot) {
    Pace pace{10};
    EXPECT_EQ(allowed(pace, "a", start, 100), 10U);
    EXPECT_EQ(allowed(pace, "b", start, 100), 10U);
    EXPECT_EQ(allowed(pace, "a", start + 500ms, 100), 5U);
    EXPECT_EQ(allowed(pace, "a", start + 1h, 100), 10U) << "silence is not saved up";
}

TEST(Pace, AClockThatStandsStillGivesNothing) {
    Pace pace{2};
    EXPECT_EQ(allowed(pace, "a", start, 5), 2U);
    EXPECT_EQ(allowed(pace, "a", start, 5), 0U);
    EXPECT_EQ(allowed(pace, "a", start - 1s, 5), 0U);
}

TEST(Pace, RemembersABoundedNumberOfAddresses) {
    Pace pace{1};
    for (std::size_t count = 0; count < 3 * Pace::addresses_max; ++count) {
        EXPECT_TRUE(pace.may_begin(std::to_string(count), start));
        ASSERT_LE(pace.addresses(), Pace::addresses_max);
    }
}

}  // namespace
}  // namespace baton::adapters::tls
