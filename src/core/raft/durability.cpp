#include "core/raft/durability.hpp"

#include "base/check.hpp"
#include "core/raft/log.hpp"

#include <algorithm>

namespace baton::raft {

void Durability::changed_from(LogIndex first) {
    BATON_CHECK(first.value > 0);
    unsaved_from_ = unsaved_from_ ? std::min(*unsaved_from_, first) : first;
    stable_ = std::min(stable_, LogIndex{first.value - 1});
}

void Durability::handed_out(LogIndex last, Term last_term) {
    if (unsaved_from_) {
        batches_.push_back({*unsaved_from_, last, last_term});
        unsaved_from_.reset();
    }
}

/// The last index that no change after `batches_[batch]` has touched.
LogIndex Durability::untouched_after(std::size_t batch) const {
    LogIndex touched = unsaved_from_.value_or(LogIndex{UINT64_MAX});
    for (std::size_t later = batch + 1; later < batches_.size(); ++later) {
        touched = std::min(touched, batches_[later].first);
    }
    return LogIndex{touched.value - 1};
}

void Durability::reported(LogIndex index, Term term, const Log& log) {
    const auto whole = [&](const Batch& batch) {
        return batch.last == index && batch.last_term == term;
    };
    const auto part = [&](const Batch& batch) {
        return batch.first <= index && index < batch.last && log.matches(index, term);
    };
    auto found = std::find_if(batches_.begin(), batches_.end(), whole);
    const bool finished = found != batches_.end();
    if (!finished) {
        found = std::find_if(batches_.begin(), batches_.end(), part);
    }
    if (found == batches_.end()) {
        return;
    }
    const LogIndex limit = untouched_after(static_cast<std::size_t>(found - batches_.begin()));
    batches_.erase(batches_.begin(), finished ? found + 1 : found);
    stable_ = std::max(stable_, std::min(index, limit));
}

}  // namespace baton::raft
