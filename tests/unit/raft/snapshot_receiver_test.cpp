#include "core/raft/snapshot_receiver.hpp"

#include <gtest/gtest.h>

namespace baton::raft {
namespace {

const NodeId leader{"a"};

SnapshotPiece piece(std::uint64_t offset, const std::string& bytes, bool last) {
    SnapshotPiece result;
    result.meta.index = LogIndex{5};
    result.meta.term = Term{2};
    result.meta.state = bytes;
    result.offset = offset;
    result.last = last;
    return result;
}

TEST(SnapshotReceiver, JoinsPiecesInOrderAndAsksForWhatIsMissing) {
    SnapshotReceiver receiver(100);
    EXPECT_EQ(receiver.receive(leader, Term{3}, piece(3, "def", false)).wanted, 0U);
    EXPECT_EQ(receiver.receive(leader, Term{3}, piece(0, "abc", false)).wanted, 3U);
    EXPECT_EQ(receiver.receive(leader, Term{3}, piece(0, "abc", false)).wanted, 3U);
    const auto done = receiver.receive(leader, Term{3}, piece(3, "def", true));
    ASSERT_TRUE(done.complete.has_value());
    EXPECT_EQ(done.complete->state, "abcdef");
    EXPECT_EQ(done.wanted, 6U);
}

TEST(SnapshotReceiver, NeverMixesPiecesOfTwoLeaders) {
    SnapshotReceiver receiver(100);
    EXPECT_EQ(receiver.receive(leader, Term{3}, piece(0, "abc", false)).wanted, 3U);
    const auto other = receiver.receive(NodeId{"b"}, Term{4}, piece(3, "def", true));
    EXPECT_FALSE(other.complete.has_value());
    EXPECT_EQ(other.wanted, 0U);
}

TEST(SnapshotReceiver, RefusesWhatGrowsBeyondItsBound) {
    SnapshotReceiver receiver(5);
    EXPECT_FALSE(receiver.receive(leader, Term{3}, piece(0, "abc", false)).refused);
    EXPECT_TRUE(receiver.receive(leader, Term{3}, piece(3, "def", true)).refused);
}

}  // namespace
}  // namespace baton::raft
