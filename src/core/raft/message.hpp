#pragma once

/// Everything the consensus core keeps, sends and receives, as plain values.
/// Names follow the Raft paper (Ongaro and Ousterhout 2014) and thesis
/// (Ongaro 2014). No encoding here: `wire/` turns these into bytes.

#include "base/ids.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace baton::raft {

enum class EntryKind {
    noop,        ///< First entry of a term (Raft §5.4.2, §8); carries nothing.
    command,     ///< Opaque to the core; applied by the owner once committed.
    membership,  ///< `payload` is empty, `membership` holds the new configuration.
};

/// Who takes part. Voters count for majorities; learners only receive the log.
struct Membership {
    std::vector<NodeId> voters;    ///< Sorted, without duplicates.
    std::vector<NodeId> learners;  ///< Sorted, disjoint from `voters`.

    friend bool operator==(const Membership&, const Membership&) = default;
    [[nodiscard]] bool is_voter(const NodeId& node) const;
    [[nodiscard]] bool is_member(const NodeId& node) const;
};

struct Entry {
    Term term;
    LogIndex index;
    EntryKind kind = EntryKind::noop;
    std::string payload;
    std::optional<Membership> membership;  ///< Present exactly for EntryKind::membership.

    friend bool operator==(const Entry&, const Entry&) = default;
};

/// What must be durable before any message that depends on it leaves
/// (Raft figure 2). `commit` is only a hint for a fast restart: it may lag.
struct HardState {
    Term term;
    NodeId vote;  ///< Empty: no vote in this term.
    LogIndex commit;

    friend bool operator==(const HardState&, const HardState&) = default;
};

/// The state machine up to and including `index`, with the membership in
/// force there.
struct Snapshot {
    LogIndex index;
    Term term;
    Membership membership;
    LogIndex membership_index;  ///< Where `membership` was agreed on; 0 for bootstrap.
    std::string state;

    friend bool operator==(const Snapshot&, const Snapshot&) = default;
};

struct VoteRequest {
    bool pre = false;       ///< Pre-vote (thesis §9.6): changes nothing on either side.
    bool transfer = false;  ///< Sent on behalf of the leader: overrides the sticky leader.
    LogIndex last_index;
    Term last_term;

    friend bool operator==(const VoteRequest&, const VoteRequest&) = default;
};

struct VoteReply {
    bool pre = false;
    bool granted = false;

    friend bool operator==(const VoteReply&, const VoteReply&) = default;
};

/// AppendEntries; without entries it is the leader's heartbeat.
struct Append {
    LogIndex previous_index;
    Term previous_term;
    std::vector<Entry> entries;  ///< At most Config::append_entries_max.
    LogIndex commit;
    /// Echoed, so that a reply proves leadership at a round (ReadIndex, §6.4). From 1.
    std::uint64_t round = 0;

    friend bool operator==(const Append&, const Append&) = default;
};

struct AppendReply {
    bool accepted = false;
    LogIndex match;  ///< Accepted: durable up to here, and equal to the leader's log.
    LogIndex hint;   ///< Rejected: the last entry that may agree (conflict search, §5.3).
    Term hint_term;  ///< Rejected: term of the entry at `hint`, 0 if none.
    /// Echo of Append::round. 0: the sender lost its disk and must not be
    /// counted for anything; the reply only keeps the log flowing.
    std::uint64_t round = 0;

    friend bool operator==(const AppendReply&, const AppendReply&) = default;
};

/// One piece of a snapshot (§7). Pieces travel in order; a receiver that
/// misses one answers with the offset it wants.
struct SnapshotPiece {
    Snapshot meta;  ///< `state` holds only this piece.
    std::uint64_t offset = 0;
    bool last = false;

    friend bool operator==(const SnapshotPiece&, const SnapshotPiece&) = default;
};

struct SnapshotReply {
    LogIndex index;            ///< Which snapshot this answers.
    std::uint64_t wanted = 0;  ///< Next offset wanted.
    bool installed = false;    ///< Durable and applied; replication continues after `index`.

    friend bool operator==(const SnapshotReply&, const SnapshotReply&) = default;
};

/// "Start an election at once" (leadership transfer, thesis §3.10).
struct TimeoutNow {
    friend bool operator==(const TimeoutNow&, const TimeoutNow&) = default;
};

using Body = std::variant<VoteRequest, VoteReply, Append, AppendReply, SnapshotPiece, SnapshotReply,
                          TimeoutNow>;

struct Message {
    NodeId from;
    NodeId to;
    Term term;
    Body body;

    friend bool operator==(const Message&, const Message&) = default;
};

}  // namespace baton::raft
