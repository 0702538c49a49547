/// What the leader sends to whom (Raft §5.3, §7). Everything is sent while the
/// output is taken, so that proposals and reads of one batch travel together.

#include "base/check.hpp"
#include "core/raft/machine.hpp"

#include <algorithm>
#include <utility>

namespace baton::raft {

void Core::Impl::replicate() {
    Leading* lead = leading();
    if (lead == nullptr) {
        return;
    }
    const bool useless = lead->snapshot && lead->snapshot->index < log_.base();
    bool restoring = false;
    for (auto& [node, progress] : lead->followers) {
        const bool affected = progress.state == Progress::State::restoring;
        restoring = restoring || affected;
        if (useless && affected) {
            progress.restore();
        }
    }
    if (useless || !restoring) {
        lead->snapshot.reset();
    }
    for (auto& [node, progress] : lead->followers) {
        replicate_to(*lead, node, progress);
    }
    start_read_round(*lead);
    if (lead->transfer && !lead->transfer->invited) {
        const auto target = lead->followers.find(lead->transfer->to);
        if (target != lead->followers.end() && target->second.match == log_.last_index()) {
            send_as_leader(*lead, target->first, TimeoutNow{});
            lead->transfer->invited = true;
        }
    }
    retire_if_removed();
}

void Core::Impl::replicate_to(Leading& lead, const NodeId& node, Progress& progress) {
    if (progress.state != Progress::State::restoring && progress.next <= log_.base()) {
        progress.restore();
    }
    switch (progress.state) {
        case Progress::State::probing:
            if (!progress.waiting) {
                progress.probe_round = ++lead.round;
                progress.waiting = true;
                send_append(lead, node, progress);
            }
            return;
        case Progress::State::replicating:
            while (progress.next <= log_.last_index() &&
                   progress.inflight.size() < config_.inflight_max) {
                send_append(lead, node, progress);
            }
            if (progress.commit_sent < commit_ ||
                progress.commit_sure < std::min(commit_, progress.match)) {
                send_heartbeat(lead, node, progress);
            }
            return;
        case Progress::State::restoring:
            if (!progress.waiting) {
                send_snapshot_piece(lead, node, progress);
            }
            return;
    }
}

/// Entries may leave before they are durable here: the leader counts itself
/// only once they are (thesis §10.2.1).
void Core::Impl::send_as_leader(const Leading& lead, const NodeId& node, Body body) {
    if (lead.term_durable) {
        send(node, std::move(body));
    } else {
        send_after_persist(node, std::move(body));
    }
}

void Core::Impl::send_append(Leading& lead, const NodeId& node, Progress& progress) {
    Append append;
    append.previous_index = LogIndex{progress.next.value - 1};
    append.previous_term = log_.term_at(append.previous_index).value_or(Term{});
    append.entries = log_.slice(
        progress.next, {.entries = config_.append_entries_max, .bytes = config_.append_bytes_max});
    append.commit = commit_;
    append.round = lead.round;
    const LogIndex last{append.previous_index.value + append.entries.size()};
    progress.commit_sent = commit_;
    if (progress.state == Progress::State::replicating) {
        progress.commit_sure = std::max(progress.commit_sure, std::min(commit_, last));
        if (progress.inflight.empty()) {
            progress.sent_at = now_;
        }
        progress.inflight.push_back(last);
        progress.next = last.next();
    }
    send_as_leader(lead, node, std::move(append));
}

/// An Append without entries. It claims no more than the follower is known to
/// hold, so that it is accepted even if it overtakes Appends sent before it.
void Core::Impl::send_heartbeat(Leading& lead, const NodeId& node, Progress& progress) {
    Append append;
    const LogIndex previous = progress.state == Progress::State::probing
                                  ? LogIndex{progress.next.value - 1}
                                  : progress.match;
    if (const std::optional<Term> term = log_.term_at(previous)) {
        append.previous_index = previous;
        append.previous_term = *term;
    }
    if (progress.state == Progress::State::probing) {
        progress.probe_round = lead.round;
        progress.waiting = true;
    }
    append.commit = commit_;
    append.round = lead.round;
    progress.commit_sent = commit_;
    progress.commit_sure = std::max(progress.commit_sure, std::min(commit_, progress.match));
    send_as_leader(lead, node, std::move(append));
}

void Core::Impl::send_snapshot_piece(Leading& lead, const NodeId& node, Progress& progress) {
    if (!lead.snapshot) {
        BATON_CHECK(snapshot_.index >= log_.base());
        lead.snapshot = snapshot_;
    }
    const Snapshot& whole = *lead.snapshot;
    SnapshotPiece piece;
    piece.meta = Snapshot{whole.index, whole.term, whole.membership, whole.membership_index, {}};
    piece.offset = progress.snapshot_offset;
    piece.meta.state = whole.state.substr(piece.offset, config_.snapshot_piece_bytes);
    piece.last = piece.offset + piece.meta.state.size() == whole.state.size();
    progress.waiting = true;
    progress.sent_at = now_;
    send_as_leader(lead, node, std::move(piece));
}

void Core::Impl::start_read_round(Leading& lead) {
    if (lead.reads.empty() || lead.reads.back().round != 0) {
        return;
    }
    ++lead.round;
    for (PendingRead& read : lead.reads) {
        read.round = read.round == 0 ? lead.round : read.round;
    }
    for (auto& [node, progress] : lead.followers) {
        if (membership().is_voter(node)) {
            send_heartbeat(lead, node, progress);
        }
    }
    confirm_reads(lead);
}

void Core::Impl::drop_departed(Leading& lead) {
    if (history_.latest().index <= commit_) {
        std::erase_if(lead.followers, [](const auto& node) { return node.second.departing; });
    }
}

}  // namespace baton::raft
