#pragma once

/// The part of the log held in memory: consecutive entries above a base.
/// Answers what stands at an index and where two logs may agree; decides
/// nothing about commitment or durability.

#include "core/raft/message.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

namespace baton::raft {

/// Invariant: entries are consecutive from `base().next()` on and their terms
/// never decrease.
class Log {
public:
    /// Empties the log; the next entry follows (`base`, `base_term`).
    void reset(LogIndex base, Term base_term);

    [[nodiscard]] LogIndex base() const { return base_; }
    [[nodiscard]] LogIndex first_index() const { return base_.next(); }
    [[nodiscard]] LogIndex last_index() const { return LogIndex{base_.value + entries_.size()}; }
    [[nodiscard]] Term last_term() const;

    /// The term at `index`; empty below the base and above the last entry.
    [[nodiscard]] std::optional<Term> term_at(LogIndex index) const;
    [[nodiscard]] bool matches(LogIndex index, Term term) const;
    /// Null if the entry is not held.
    [[nodiscard]] const Entry* at(LogIndex index) const;

    /// A log ending in (`index`, `term`) holds at least what this one holds (§5.4.1).
    [[nodiscard]] bool is_no_fresher_than(LogIndex index, Term term) const;

    /// The last position at or below `index` whose term is at most `term`: the
    /// farthest point where a log with `term` at `index` may agree with this
    /// one. Below the base if even the base is of a later term.
    [[nodiscard]] LogIndex last_possible_agreement(LogIndex index, Term term) const;

    /// `entry.index` must be `last_index().next()`.
    void append(Entry entry);
    /// Drops `index` and everything after it; must be above the base.
    void truncate_from(LogIndex index);
    /// Drops everything up to and including `index`, which becomes the base.
    void compact_to(LogIndex index);

    struct Bounds {
        std::size_t entries = 0;
        std::size_t bytes = 0;  ///< Of payload; a first entry larger than this is still taken.
    };
    /// Entries from `from` on, within `bounds`. Empty beyond the end.
    [[nodiscard]] std::vector<Entry> slice(LogIndex from, Bounds bounds) const;
    /// All entries from `from` on.
    [[nodiscard]] std::vector<Entry> tail(LogIndex from) const;

private:
    [[nodiscard]] std::size_t offset(LogIndex index) const;

    LogIndex base_;
    Term base_term_;
    std::deque<Entry> entries_;
};

}  // namespace baton::raft
