#pragma once

/// The consensus core: one member's view of Raft as a pure state machine.
///
///     message | time | proposal | persisted ──► Core ──► Output { persist, send, apply }
///
/// The core does no I/O, reads no clock and starts no thread. The owner feeds
/// it, takes the output after every call, and obeys one rule of order:
/// `Output::messages` may leave at once; `Output::messages_after_persist` only
/// when everything in `persist` of this and every earlier output is durable,
/// which the owner then reports through `persisted`. Calls carry the present
/// instant; instants never decrease.
///
/// Follows Raft with pre-vote that checks log freshness, check-quorum with a
/// sticky leader, ReadIndex, leadership transfer, learners, one membership
/// change at a time, and snapshots (thesis §§3.10, 4.1-4.2, 5, 6.4, 9.6).

#include "base/ids.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "core/raft/exchange.hpp"
#include "core/raft/message.hpp"
#include "core/raft/status.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace baton::raft {

class Core {
public:
    /// `restored.snapshot` or the entries must contain a membership, or the
    /// member waits to be contacted (a learner that joins).
    Core(Config config, Restored restored, Random random, Instant now);
    ~Core();
    Core(Core&&) noexcept;
    Core& operator=(Core&&) noexcept;

    /// Feeds one message from a peer. Messages for another member, from a
    /// stale term or out of protocol are ignored or answered, never trusted.
    void step(const Message& message, Instant now);

    /// Lets time pass: elections, heartbeats, check-quorum.
    void tick(Instant now);

    /// Leader only: lets time pass and sends the heartbeats now instead of at
    /// their deadline, so that they travel with what else the node sends.
    /// Others ignore it.
    void heartbeat(Instant now);

    /// When `tick` has to be called next at the latest.
    [[nodiscard]] Instant next_deadline() const;

    /// Everything of `Output::persist` handed out so far up to the entry
    /// (`index`, `term`) is durable; a snapshot counts by its index and term.
    /// Reports of entries replaced meanwhile are ignored.
    void persisted(LogIndex index, Term term, Instant now);

    /// Leader only: appends a command; answers its index and term. It is
    /// committed when it appears in `Output::committed` with that same term.
    /// Errors: unavailable (not leader; the message names the leader),
    /// refused (too many uncommitted entries, or a transfer is under way).
    [[nodiscard]] Result<std::pair<LogIndex, Term>> propose(std::string payload, Instant now);

    /// Leader only: changes the membership by at most one voter (learners are
    /// free). Errors: as `propose`; refused while an earlier change is
    /// uncommitted or before an entry of this term is committed; invalid if
    /// more than one voter differs or no voter remains.
    [[nodiscard]] Result<std::pair<LogIndex, Term>> propose_membership(Membership next,
                                                                       Instant now);

    /// Leader only: hands leadership to `to`, which must be a voter that is up
    /// to date or can become so within an election timeout.
    [[nodiscard]] Result<void> transfer_leadership(const NodeId& to, Instant now);

    /// Leader only: asks for a linearizable read point (ReadIndex); the answer
    /// comes in `Output::reads` under `id`.
    [[nodiscard]] Result<void> read_index(std::uint64_t id, Instant now);

    /// Gives up leadership, for a disk that stalls, and invites the most
    /// advanced voter to take it. A follower ignores it.
    void step_down(Instant now);

    /// Lifts `Restored::may_vote = false`. Call it when the applied state
    /// records the incarnation of this very directory for this node: only such
    /// an entry proves that the group knows of the lost disk. Membership alone
    /// proves nothing, since replaying an old log shows old memberships.
    void admit();

    /// The owner holds a snapshot of the applied state at `snapshot.index`;
    /// the log before it, but for a tail kept for slow followers, is dropped.
    /// Ignored unless `index` was handed out as committed and is not older than
    /// the present snapshot; at its own index only more of the log is dropped.
    void compact(Snapshot snapshot, std::size_t keep_entries);

    /// Index, term and membership of a snapshot at `index`, for the owner to
    /// add the state to. Empty unless `index` was handed out as committed.
    [[nodiscard]] std::optional<Snapshot> describe_snapshot(LogIndex index) const;

    /// What to do now. Empties the output.
    [[nodiscard]] Output take();

    [[nodiscard]] Status status(Instant now) const;
    [[nodiscard]] Standing standing() const;
    /// The entry at `index` if it is still in the log.
    [[nodiscard]] const Entry* entry(LogIndex index) const;
    [[nodiscard]] bool is_leader() const;
    [[nodiscard]] const NodeId& self() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace baton::raft
