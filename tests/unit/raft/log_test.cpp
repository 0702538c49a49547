#include "core/raft/log.hpp"

#include <gtest/gtest.h>

namespace baton::raft {
namespace {

Log log_of(std::initializer_list<std::uint64_t> terms) {
    Log log;
    for (const std::uint64_t term : terms) {
        log.append({Term{term}, log.last_index().next(), EntryKind::command, "12345", {}});
    }
    return log;
}

TEST(Log, AnswersTermsOnlyWhereItKnowsThem) {
    Log log = log_of({1, 1, 2});
    log.compact_to(LogIndex{2});
    EXPECT_EQ(log.term_at(LogIndex{1}), std::nullopt);
    EXPECT_EQ(log.term_at(LogIndex{2}), Term{1});
    EXPECT_EQ(log.term_at(LogIndex{3}), Term{2});
    EXPECT_EQ(log.term_at(LogIndex{4}), std::nullopt);
    EXPECT_EQ(log.at(LogIndex{2}), nullptr);
    EXPECT_EQ(log.first_index(), LogIndex{3});
}

TEST(Log, TermOutweighsLengthInFreshness) {
    const Log log = log_of({1, 1, 2});
    EXPECT_TRUE(log.is_no_fresher_than(LogIndex{3}, Term{2}));
    EXPECT_TRUE(log.is_no_fresher_than(LogIndex{1}, Term{3}));
    EXPECT_FALSE(log.is_no_fresher_than(LogIndex{9}, Term{1}));
    EXPECT_FALSE(log.is_no_fresher_than(LogIndex{2}, Term{2}));
}

TEST(Log, SkipsTermsThatCannotAgree) {
    const Log log = log_of({1, 1, 4, 4, 4});
    EXPECT_EQ(log.last_possible_agreement(LogIndex{5}, Term{3}), LogIndex{2});
    EXPECT_EQ(log.last_possible_agreement(LogIndex{4}, Term{4}), LogIndex{4});
    EXPECT_EQ(log.last_possible_agreement(LogIndex{9}, Term{9}), LogIndex{5});
    EXPECT_EQ(log.last_possible_agreement(LogIndex{3}, Term{0}), LogIndex{0});
}

TEST(Log, LooksBelowABaseThatIsTooNew) {
    Log log = log_of({1, 3, 3});
    log.compact_to(LogIndex{2});
    EXPECT_EQ(log.last_possible_agreement(LogIndex{3}, Term{2}), LogIndex{1});
    EXPECT_EQ(log.last_possible_agreement(LogIndex{2}, Term{3}), LogIndex{2});
}

TEST(Log, SlicesByEntriesAndBytesButNeverToNothing) {
    const Log log = log_of({1, 1, 1, 1});
    EXPECT_EQ(log.slice(LogIndex{2}, {.entries = 2, .bytes = 100}).size(), 2U);
    EXPECT_EQ(log.slice(LogIndex{1}, {.entries = 9, .bytes = 11}).size(), 2U);
    EXPECT_EQ(log.slice(LogIndex{1}, {.entries = 9, .bytes = 1}).size(), 1U);
    EXPECT_TRUE(log.slice(LogIndex{5}, {.entries = 9, .bytes = 9}).empty());
}

}  // namespace
}  // namespace baton::raft
