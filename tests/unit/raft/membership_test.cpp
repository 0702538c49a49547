#include "core/raft/membership.hpp"

#include <gtest/gtest.h>

namespace baton::raft {
namespace {

Membership of(std::initializer_list<const char*> voters,
              std::initializer_list<const char*> learners) {
    Membership membership;
    for (const char* name : voters) {
        membership.voters.emplace_back(name);
    }
    for (const char* name : learners) {
        membership.learners.emplace_back(name);
    }
    return normalized(membership);
}

ErrorKind kind(const Result<void>& result) {
    return result.error().kind;
}

TEST(MembershipHistory, IsRolledBackByTruncationAndForgottenByCompaction) {
    MembershipHistory history;
    history.reset({LogIndex{0}, of({"a"}, {})});
    history.append({LogIndex{4}, of({"a"}, {"b"})});
    history.append({LogIndex{7}, of({"a", "b"}, {})});
    EXPECT_EQ(history.in_force_at(LogIndex{3}).index, LogIndex{0});
    EXPECT_EQ(history.in_force_at(LogIndex{4}).index, LogIndex{4});
    EXPECT_EQ(history.in_force_at(LogIndex{99}).index, LogIndex{7});
    history.truncate_from(LogIndex{7});
    EXPECT_EQ(history.latest().membership, of({"a"}, {"b"}));
    history.compact_to(LogIndex{5});
    history.truncate_from(LogIndex{1});
    EXPECT_EQ(history.latest().index, LogIndex{4});
}

TEST(Succession, OneVoterAtATimeAndLearnersFreely) {
    const Membership present = of({"a", "b", "c"}, {"d", "e"});
    EXPECT_TRUE(check_succession(present, of({"a", "b", "c", "d"}, {"e"})));
    EXPECT_TRUE(check_succession(present, of({"a", "b"}, {"c", "d", "e"})));
    EXPECT_TRUE(check_succession(present, of({"a", "b", "c"}, {"x", "y", "z"})));
    EXPECT_TRUE(check_succession(present, present));
    EXPECT_EQ(kind(check_succession(present, of({"a", "b", "d"}, {}))), ErrorKind::invalid);
    EXPECT_EQ(kind(check_succession(present, of({"a"}, {}))), ErrorKind::invalid);
    EXPECT_EQ(kind(check_succession(of({"a"}, {}), of({}, {}))), ErrorKind::invalid);
    EXPECT_EQ(kind(check_succession(present, of({"a", "b", "c"}, {"a"}))), ErrorKind::invalid);
    EXPECT_EQ(kind(check_succession(present, of({"a", "b", "c", "x"}, {}))), ErrorKind::invalid);
}

}  // namespace
}  // namespace baton::raft
