// When an agent that began again may move what it finds.
#include "runtime/catching_up.hpp"

#include <gtest/gtest.h>

namespace baton::runtime {
namespace {

raft::Standing standing(raft::Role role, std::uint64_t term) {
    raft::Standing standing;
    standing.role = role;
    standing.term = Term{term};
    return standing;
}

constexpr auto follower = raft::Role::follower;

TEST(CatchingUp, TakesAllThatTheLeaderHadAppliedWhenItSaidSo) {
    EXPECT_FALSE(caught_up(standing(follower, 4), LogIndex{20}, Term{4}, std::nullopt));
    EXPECT_FALSE(caught_up(standing(follower, 4), LogIndex{20}, Term{4}, LogIndex{21}));
    EXPECT_TRUE(caught_up(standing(follower, 4), LogIndex{21}, Term{4}, LogIndex{21}));
}

/// The new leader holds an appointment that it does not know to be committed;
/// our earlier life had applied it, and its doors lead there.
TEST(CatchingUp, ALeaderThatCommittedNothingOfItsOwnIsNoMeasure) {
    EXPECT_FALSE(caught_up(standing(follower, 5), LogIndex{20}, Term{4}, LogIndex{20}));
    EXPECT_FALSE(caught_up(standing(raft::Role::leader, 5), LogIndex{20}, Term{4}, std::nullopt));
    EXPECT_TRUE(caught_up(standing(raft::Role::leader, 5), LogIndex{22}, Term{5}, std::nullopt));
}

}  // namespace
}  // namespace baton::runtime
