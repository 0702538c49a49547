#pragma once

/// What the leader believes about one other member: how much of the log it
/// holds and what may be sent next. Holds no policy about commitment.

#include "base/time.hpp"
#include "core/raft/message.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>

namespace baton::raft {

struct Progress {
    enum class State {
        probing,      ///< The point of agreement is unknown: one Append at a time.
        replicating,  ///< Agreement known: Appends are sent ahead of their answers.
        restoring,    ///< The log no longer reaches back far enough: a snapshot is travelling.
    };

    State state = State::probing;
    LogIndex match;  ///< Known to be durable there and equal to ours. match < next.
    LogIndex next;   ///< First entry of the next Append.

    /// False: the member lost its disk. It is fed, and counts for nothing.
    bool counts = true;
    /// Removed by the latest membership; kept only to learn that it is out.
    bool departing = false;

    /// Probing and restoring: something was sent and not answered since.
    bool waiting = false;
    std::uint64_t probe_round = 0;       ///< Round of the latest probe; older answers are stale.
    std::deque<LogIndex> inflight;       ///< Last index of each unanswered Append, ascending.
    Instant sent_at = Instant::never();  ///< When the oldest unanswered thing left, or moved on.

    std::uint64_t snapshot_offset = 0;  ///< Restoring: first byte not yet acknowledged.

    LogIndex commit_sent;  ///< Largest commit index sent.
    LogIndex commit_sure;  ///< Largest commit index it can act upon if nothing was lost.

    std::uint64_t round = 0;             ///< Latest round answered.
    Instant contact = Instant::never();  ///< When it last answered.

    /// What counts toward a majority.
    [[nodiscard]] LogIndex acknowledged() const { return counts ? match : LogIndex{}; }

    void probe_from(LogIndex index) {
        state = State::probing;
        next = index;
        waiting = false;
        inflight.clear();
    }

    void replicate() {
        state = State::replicating;
        next = match.next();
        waiting = false;
        inflight.clear();
    }

    void restore() {
        state = State::restoring;
        snapshot_offset = 0;
        waiting = false;
        inflight.clear();
    }

    /// The member durably holds our log up to `index`.
    void acknowledge(LogIndex index, Instant now) {
        if (index <= match) {
            return;
        }
        match = index;
        next = std::max(next, match.next());
        sent_at = now;
        while (!inflight.empty() && inflight.front() <= match) {
            inflight.pop_front();
        }
    }
};

}  // namespace baton::raft
