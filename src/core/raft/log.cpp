#include "core/raft/log.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace baton::raft {

void Log::reset(LogIndex base, Term base_term) {
    base_ = base;
    base_term_ = base_term;
    entries_.clear();
}

Term Log::last_term() const {
    return entries_.empty() ? base_term_ : entries_.back().term;
}

std::size_t Log::offset(LogIndex index) const {
    return static_cast<std::size_t>(index.value - base_.value - 1);
}

std::optional<Term> Log::term_at(LogIndex index) const {
    if (index == base_) {
        return base_term_;
    }
    const Entry* found = at(index);
    return found == nullptr ? std::nullopt : std::optional{found->term};
}

bool Log::matches(LogIndex index, Term term) const {
    return term_at(index) == term;
}

const Entry* Log::at(LogIndex index) const {
    if (index <= base_ || index > last_index()) {
        return nullptr;
    }
    return &entries_[offset(index)];
}

bool Log::is_no_fresher_than(LogIndex index, Term term) const {
    return std::pair{term, index} >= std::pair{last_term(), last_index()};
}

LogIndex Log::last_possible_agreement(LogIndex index, Term term) const {
    LogIndex candidate = std::min(index, last_index());
    while (candidate > base_ && entries_[offset(candidate)].term > term) {
        candidate = LogIndex{candidate.value - 1};
    }
    const bool base_is_newer = candidate == base_ && base_term_ > term;
    return base_is_newer ? LogIndex{base_.value - 1} : candidate;
}

void Log::append(Entry entry) {
    BATON_CHECK(entry.index == last_index().next());
    BATON_CHECK(entry.term >= last_term());
    entries_.push_back(std::move(entry));
}

void Log::truncate_from(LogIndex index) {
    BATON_CHECK(index > base_);
    if (index <= last_index()) {
        entries_.resize(offset(index));
    }
}

void Log::compact_to(LogIndex index) {
    if (index <= base_) {
        return;
    }
    const std::optional<Term> term = term_at(index);
    BATON_CHECK(term.has_value());
    entries_.erase(entries_.begin(),
                   entries_.begin() + static_cast<std::ptrdiff_t>(offset(index) + 1));
    base_ = index;
    base_term_ = *term;
}

std::vector<Entry> Log::slice(LogIndex from, Bounds bounds) const {
    std::vector<Entry> result;
    std::size_t bytes = 0;
    for (LogIndex index = from; result.size() < bounds.entries; index = index.next()) {
        const Entry* entry = at(index);
        if (entry == nullptr) {
            break;
        }
        bytes += entry->payload.size();
        if (!result.empty() && bytes > bounds.bytes) {
            break;
        }
        result.push_back(*entry);
    }
    return result;
}

std::vector<Entry> Log::tail(LogIndex from) const {
    constexpr auto unbounded = std::numeric_limits<std::size_t>::max();
    return slice(from, {.entries = unbounded, .bytes = unbounded});
}

}  // namespace baton::raft
