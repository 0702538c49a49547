#pragma once

/// How far the log is known to be durable. Answers one question — up to which
/// index would a crash lose nothing? — from what was handed to the disk and
/// what the disk reported. Reports may be late: an entry written, replaced and
/// written again must not be believed on the word of the first write.

#include "core/raft/message.hpp"

#include <deque>
#include <optional>

namespace baton::raft {

class Log;

class Durability {
public:
    void start(LogIndex stable) { stable_ = stable; }

    [[nodiscard]] LogIndex stable() const { return stable_; }
    /// First index changed in memory and not yet handed to the disk.
    [[nodiscard]] std::optional<LogIndex> unsaved_from() const { return unsaved_from_; }

    /// Everything from `first` on was replaced in memory.
    void changed_from(LogIndex first);

    /// All changes so far went to the disk, ending in (`last`, `last_term`).
    void handed_out(LogIndex last, Term last_term);

    /// The disk holds everything handed out up to (`index`, `term`).
    void reported(LogIndex index, Term term, const Log& log);

private:
    struct Batch {
        LogIndex first;
        LogIndex last;
        Term last_term;
    };

    [[nodiscard]] LogIndex untouched_after(std::size_t batch) const;

    LogIndex stable_;
    std::optional<LogIndex> unsaved_from_;
    std::deque<Batch>
        batches_;  ///< Handed out, not reported; as many as the owner has writes under way.
};

}  // namespace baton::raft
