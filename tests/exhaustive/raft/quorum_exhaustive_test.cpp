#include "core/raft/quorum.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace baton::raft {
namespace {

constexpr std::size_t voters_max = 7;

TEST(QuorumExhaustive, AnyTwoMajoritiesMeetAndNoSmallerSizeDoes) {
    for (std::size_t voters = 1; voters <= voters_max; ++voters) {
        const auto needed = static_cast<int>(majority(voters));
        const std::uint32_t sets = 1U << voters;
        bool fewer_can_miss = false;
        for (std::uint32_t one = 0; one < sets; ++one) {
            for (std::uint32_t other = 0; other < sets; ++other) {
                const bool meet = (one & other) != 0;
                const int smaller = std::min(std::popcount(one), std::popcount(other));
                ASSERT_TRUE(meet || smaller < needed) << voters << " voters";
                fewer_can_miss = fewer_can_miss || (!meet && smaller == needed - 1);
            }
        }
        EXPECT_TRUE(fewer_can_miss) << voters << " voters: a smaller set would have done";
    }
}

/// Every assignment of values 0..3 to up to seven voters, against the definition.
TEST(QuorumExhaustive, TheGreatestValueAMajorityReached) {
    constexpr std::uint64_t values_max = 3;
    for (std::size_t voters = 1; voters <= voters_max; ++voters) {
        std::uint64_t combinations = 1;
        for (std::size_t voter = 0; voter < voters; ++voter) {
            combinations *= values_max + 1;
        }
        for (std::uint64_t code = 0; code < combinations; ++code) {
            std::vector<std::uint64_t> values;
            for (std::uint64_t rest = code; values.size() < voters; rest /= values_max + 1) {
                values.push_back(rest % (values_max + 1));
            }
            std::uint64_t expected = 0;
            for (std::uint64_t candidate = 0; candidate <= values_max; ++candidate) {
                std::size_t reached = 0;
                for (const std::uint64_t value : values) {
                    reached += value >= candidate ? 1U : 0U;
                }
                expected = 2 * reached > voters ? candidate : expected;
            }
            ASSERT_EQ(reached_by_majority(values), expected) << voters << " voters, code " << code;
        }
    }
}

/// Every vote of up to seven voters: each grants, refuses or stays silent.
TEST(QuorumExhaustive, AVoteIsWonByAMajorityAndLostWhenNoneCanFormAnyMore) {
    for (std::size_t voters = 0; voters <= voters_max; ++voters) {
        for (std::size_t granted = 0; granted <= voters; ++granted) {
            for (std::size_t refused = 0; granted + refused <= voters; ++refused) {
                const VoteOutcome outcome = outcome_of({voters, granted, refused});
                const bool won = 2 * granted > voters;
                const bool winnable = 2 * (voters - refused) > voters;
                EXPECT_EQ(outcome == VoteOutcome::won, won);
                EXPECT_EQ(outcome == VoteOutcome::lost, !winnable);
                EXPECT_EQ(outcome == VoteOutcome::pending, !won && winnable);
            }
        }
    }
}

}  // namespace
}  // namespace baton::raft
