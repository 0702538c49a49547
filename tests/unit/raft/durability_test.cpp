#include "core/raft/durability.hpp"

#include <gtest/gtest.h>

#include "core/raft/log.hpp"

namespace baton::raft {
namespace {

/// A log and what the disk knows of it, changed together as the core does.
struct Written {
    Log log;
    Durability durability;

    void append(std::uint64_t term) {
        durability.changed_from(log.last_index().next());
        log.append({Term{term}, log.last_index().next(), EntryKind::command, {}, {}});
    }
    void hand_out() { durability.handed_out(log.last_index(), log.last_term()); }
    void report(std::uint64_t index, std::uint64_t term) {
        durability.reported(LogIndex{index}, Term{term}, log);
    }
    [[nodiscard]] std::uint64_t stable() const { return durability.stable().value; }
};

TEST(Durability, NothingIsDurableBeforeTheDiskSaysSo) {
    Written written;
    written.append(1);
    written.append(1);
    written.report(2, 1);
    EXPECT_EQ(written.stable(), 0U);
    written.hand_out();
    EXPECT_EQ(written.stable(), 0U);
    written.report(1, 1);
    EXPECT_EQ(written.stable(), 1U);
    written.report(2, 1);
    EXPECT_EQ(written.stable(), 2U);
}

TEST(Durability, TruncationTakesDurabilityBack) {
    Written written;
    written.append(1);
    written.append(1);
    written.hand_out();
    written.report(2, 1);
    written.log.truncate_from(LogIndex{2});
    written.append(2);
    EXPECT_EQ(written.stable(), 1U);
}

TEST(Durability, AReportOfAReplacedEntryCountsOnlyBelowTheReplacement) {
    Written written;
    written.append(1);
    written.append(1);
    written.hand_out();
    written.log.truncate_from(LogIndex{2});
    written.append(2);
    written.hand_out();
    written.report(2, 1);
    EXPECT_EQ(written.stable(), 1U);
    written.report(2, 2);
    EXPECT_EQ(written.stable(), 2U);
}

TEST(Durability, AnEntryWrittenTwiceIsNotBelievedOnTheWordOfTheFirstWrite) {
    Written written;
    written.append(1);
    written.hand_out();
    for (const std::uint64_t term : {2U, 1U}) {
        written.log.reset(LogIndex{}, Term{});
        written.append(term);
        written.hand_out();
    }
    written.report(1, 1);
    EXPECT_EQ(written.stable(), 0U);
    written.report(1, 2);
    EXPECT_EQ(written.stable(), 0U);
    written.report(1, 1);
    EXPECT_EQ(written.stable(), 1U);
}

}  // namespace
}  // namespace baton::raft
