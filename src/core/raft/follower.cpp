/// Taking entries and snapshots from the leader (Raft §5.3, §7).

#include "core/raft/machine.hpp"

#include <algorithm>
#include <utility>

namespace baton::raft {

/// Whether the sender leads the present term, as far as can be known here. A
/// stale leader is told the newer term.
bool Core::Impl::accept_leader(const Message& message) {
    if (message.term < hard_.term) {
        send(message.from, AppendReply{});
        return false;
    }
    const bool second_leader = message.term == hard_.term && leader_ && leader_ != message.from;
    if (second_leader) {
        return false;
    }
    follow(message.term, message.from);
    leader_contact_ = now_;
    draw_election_timeout();
    return true;
}

bool Core::Impl::well_formed(const Message& message, const Append& append) const {
    Entry previous;
    previous.index = append.previous_index;
    previous.term = append.previous_term;
    const Entry* before = &previous;
    for (const Entry& entry : append.entries) {
        const bool complete = (entry.kind == EntryKind::membership) == entry.membership.has_value();
        if (entry.index != before->index.next() || entry.term < before->term || !complete) {
            return false;
        }
        before = &entry;
    }
    return before->term <= message.term;
}

/// A leader that disagrees about a committed entry breaks leader completeness
/// (§5.4.3): nothing it says is taken.
bool Core::Impl::contradicts_committed(const Append& append) const {
    const auto contradicts = [&](LogIndex index, Term term) {
        const std::optional<Term> own = log_.term_at(index);
        return index <= commit_ && index.value > 0 && own && *own != term;
    };
    return contradicts(append.previous_index, append.previous_term) ||
           std::any_of(append.entries.begin(), append.entries.end(),
                       [&](const Entry& entry) { return contradicts(entry.index, entry.term); });
}

bool Core::Impl::agrees(const Append& append) const {
    return append.previous_index <= commit_ ||
           log_.matches(append.previous_index, append.previous_term);
}

/// Keeps what agrees, replaces what conflicts. Answers whether anything must
/// reach the disk.
bool Core::Impl::take_entries(const Append& append) {
    bool changed = false;
    for (const Entry& entry : append.entries) {
        if (entry.index <= commit_ || log_.matches(entry.index, entry.term)) {
            continue;
        }
        if (entry.index <= log_.last_index()) {
            log_.truncate_from(entry.index);
            history_.truncate_from(entry.index);
        }
        this->append(entry);
        changed = true;
    }
    return changed;
}

AppendReply Core::Impl::rejection(const Append& append) const {
    AppendReply reply;
    reply.hint = std::max(
        commit_, log_.last_possible_agreement(append.previous_index, append.previous_term));
    reply.hint_term = log_.term_at(reply.hint).value_or(Term{});
    reply.round = may_vote_ ? append.round : 0;
    return reply;
}

/// An answer that waits for no write leaves at once and claims only what is
/// durable: a slow disk must not look like a dead member.
void Core::Impl::receive(const Message& message, const Append& append) {
    if (!well_formed(message, append) || !accept_leader(message) || contradicts_committed(append)) {
        return;
    }
    if (!agrees(append)) {
        send(message.from, rejection(append));
        return;
    }
    const bool changed = take_entries(append);
    const LogIndex covered{append.previous_index.value + append.entries.size()};
    verified_ = std::max({verified_, commit_, covered});
    commit_to(std::max(commit_, std::min(append.commit, verified_)));
    AppendReply reply;
    reply.accepted = true;
    reply.round = may_vote_ ? append.round : 0;
    if (changed) {
        reply.match = verified_;
        send_after_persist(message.from, reply);
    } else {
        reply.match = std::min(verified_, durability_.stable());
        send(message.from, reply);
    }
}

void Core::Impl::receive(const Message& message, const SnapshotPiece& piece) {
    const Snapshot& meta = piece.meta;
    if (meta.index.value == 0 || meta.term > message.term || !accept_leader(message)) {
        return;
    }
    SnapshotReply reply{.index = meta.index, .wanted = 0, .installed = true};
    if (meta.index <= commit_ || log_.matches(meta.index, meta.term)) {
        // The log holds all of it already; entries after it stay.
        verified_ = std::max({verified_, commit_, meta.index});
        commit_to(std::max(commit_, meta.index));
        send_after_persist(message.from, reply);
        return;
    }
    SnapshotReceiver::Progress progress = receiver_.receive(message.from, message.term, piece);
    if (progress.refused) {
        ++snapshots_refused_;
        return;
    }
    reply.wanted = progress.wanted;
    reply.installed = progress.complete.has_value();
    if (progress.complete) {
        install(std::move(*progress.complete));
    }
    send_after_persist(message.from, reply);
}

void Core::Impl::install(Snapshot snapshot) {
    snapshot.membership = normalized(std::move(snapshot.membership));
    durability_.changed_from(commit_.next());
    log_.reset(snapshot.index, snapshot.term);
    history_.reset({snapshot.membership_index, snapshot.membership});
    commit_ = handed_ = verified_ = snapshot.index;
    snapshot_ = std::move(snapshot);
    snapshot_unsaved_ = true;
    output_.committed.clear();
    output_.restore = snapshot_;
}

}  // namespace baton::raft
