#pragma once

/// Which entries the log holds after a sequence of writes: the rules of
/// replacing, cutting and covering by a snapshot, shared by replay and by
/// writing so that both always agree. Holds values, reads no bytes.

#include "base/ids.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

namespace baton::adapters::disk {

/// `Held` has a member `term`.
template <typename Held>
class Tail {
public:
    /// Entries up to here are covered by a snapshot.
    [[nodiscard]] LogIndex base() const { return base_; }
    [[nodiscard]] bool empty() const { return held_.empty(); }
    [[nodiscard]] LogIndex first() const { return first_; }
    /// The index after the last entry; nothing while a replay that began in
    /// the middle of the log has not met an entry.
    [[nodiscard]] std::optional<LogIndex> end() const { return end_; }
    [[nodiscard]] const std::deque<Held>& held() const { return held_; }

    [[nodiscard]] const Held* find(LogIndex index) const {
        const bool inside = !held_.empty() && index >= first_ && index < *end_;
        return inside ? &held_[index.value - first_.value] : nullptr;
    }
    [[nodiscard]] bool holds(LogIndex index, Term term) const {
        const Held* found = find(index);
        return found != nullptr && found->term == term;
    }

    /// Forgets where the log ends: the next entry may have any index.
    void begin_anywhere(LogIndex base) {
        base_ = base;
        end_.reset();
    }

    void truncate_from(LogIndex index) {
        while (!held_.empty() && *end_ > index) {
            held_.pop_back();
            end_ = LogIndex{end_->value - 1};
        }
        end_ = end_ ? std::min(*end_, index) : index;
    }

    /// The entry at `index`; everything from there on is replaced by it.
    void put(LogIndex index, Held held) {
        truncate_from(index);
        if (held_.empty()) {
            first_ = index;
        }
        held_.push_back(std::move(held));
        end_ = index.next();
    }

    /// A snapshot covers entries up to `index`. With `keep` the entries behind
    /// it stay: the log held the same entry there.
    void rebase(LogIndex index, bool keep) {
        if (!keep) {
            held_.clear();
        }
        while (!held_.empty() && first_ <= index) {
            held_.pop_front();
            first_ = first_.next();
        }
        base_ = index;
        if (held_.empty()) {
            end_ = index.next();
        }
    }

    /// The same log with each entry reduced to `Other`.
    template <typename Other, typename Reduce>
    [[nodiscard]] Tail<Other> reduced(Reduce reduce) const {
        Tail<Other> other;
        other.rebase(base_, false);
        for (std::size_t at = 0; at < held_.size(); ++at) {
            other.put(LogIndex{first_.value + at}, reduce(held_[at]));
        }
        return other;
    }

private:
    LogIndex base_;
    LogIndex first_;  ///< Of `held_.front()`; meaningless while empty.
    std::optional<LogIndex> end_ = LogIndex{1};
    std::deque<Held> held_;
};

/// An entry as the writer remembers it: enough to know whether another one is
/// the same, without its payload.
struct Mark {
    Term term;
    std::uint32_t checksum = 0;  ///< Of the encoded entry.

    friend bool operator==(const Mark&, const Mark&) = default;
};

}  // namespace baton::adapters::disk
