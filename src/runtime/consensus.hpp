#pragma once

/// Drives the consensus core: persists, then sends, then applies, in the order
/// the core asks for. Holds the replicated state. No policy.

#include "base/random.hpp"
#include "core/cluster/command.hpp"
#include "core/cluster/state.hpp"
#include "core/raft/core.hpp"
#include "ports/done.hpp"
#include "ports/log_store.hpp"
#include "ports/loop.hpp"
#include "ports/transport.hpp"

#include <deque>
#include <functional>
#include <map>
#include <memory>

namespace baton::runtime {

/// Who wants to know what happens in the log. All calls are made on the loop,
/// before anything that follows from them leaves this node.
class LogListener {
public:
    virtual ~LogListener() = default;
    /// Entries from `index` on were replaced or are about to be appended.
    virtual void truncated(LogIndex index) = 0;
    /// An entry is in the log, perhaps not yet durable. `command` is null for
    /// entries without one.
    virtual void appended(const raft::Entry& entry, const cluster::Command* command) = 0;
    /// An entry was applied; `outcome` says whether the state machine took it.
    virtual void applied(const raft::Entry& entry, const cluster::Command* command,
                         const Result<void>& outcome) = 0;
    /// The whole state was replaced by a snapshot.
    virtual void restored() = 0;
    /// The log store failed: this member cannot go on.
    virtual void storage_failed(const Error& error) = 0;
    /// Role, term or leader changed.
    virtual void role_changed() = 0;
};

struct ConsensusOptions {
    raft::Config raft;
    std::uint64_t snapshot_threshold = 10'000;  ///< Applied entries between snapshots.
    std::size_t keep_entries = 1'000;           ///< Left behind a snapshot for slow followers.
};

/// Bound on proposals whose outcome is awaited on this node.
inline constexpr std::size_t proposals_max = 10'000;

class Consensus {
public:
    Consensus(Loop& loop, LogStore& store, Transport& transport, LogListener& listener,
              ConsensusOptions options, raft::Restored restored, cluster::State state,
              Random random);
    ~Consensus();

    /// Starts timers and applies what is known to be committed.
    void start();

    void receive(const raft::Message& message);
    /// Leader only: its heartbeats leave now, ahead of their timer.
    void heartbeat();

    /// Answers once applied. Errors: as `raft::Core::propose`; conflict and
    /// refused from the state machine; outcome_unknown when leadership was
    /// lost before the entry's fate was known.
    void propose(const cluster::Command& command, Done<cluster::EntryReference> done);
    void propose_membership(raft::Membership next, Done<cluster::EntryReference> done);
    void transfer_leadership(const NodeId& to, Done<void> done);
    void read_barrier(Done<void> done);
    void step_down();
    /// The applied state becomes this node's snapshot now; answers its place once
    /// durable, at once if nothing was applied since the last one. Errors:
    /// unavailable (the disk failed, or a leader's snapshot is being taken over).
    void create_snapshot(Done<cluster::EntryReference> done);
    /// Drops the log up to the present snapshot, but for what followers in
    /// contact still lack; the others are sent the snapshot. Answers the first
    /// entry that is left.
    [[nodiscard]] LogIndex compact_log();
    /// The applied state with its place in the log, for a node that joins.
    [[nodiscard]] raft::Snapshot snapshot() const;

    [[nodiscard]] raft::Status status() const;
    [[nodiscard]] bool is_leader() const;
    [[nodiscard]] bool leads_in(Term term) const;
    [[nodiscard]] const raft::Standing& standing() const { return standing_; }
    [[nodiscard]] const cluster::State& state() const { return state_; }
    /// The same, for whoever keeps it while it moves on.
    [[nodiscard]] std::shared_ptr<const cluster::State> shared_state() const;
    [[nodiscard]] LogIndex applied() const { return applied_; }
    /// Term of the newest applied entry; 0 if none was applied yet.
    [[nodiscard]] Term applied_term() const;

private:
    struct Waiting {
        Term term;
        Done<cluster::EntryReference> done;
    };

    void pump();
    void save(raft::Output& output);
    void saved(std::uint64_t number, cluster::EntryReference last, const Result<void>& result);
    void send(std::vector<raft::Message> messages);
    void apply(const raft::Entry& entry);
    void restore(const raft::Snapshot& snapshot);
    void note_appended(const raft::Persist& persist);
    void answer_reads(const std::vector<raft::ReadReady>& reads);
    void snapshot_if_due();
    void take_snapshot(raft::Snapshot place, Done<void> done);
    void arm_timer();
    void note_role();
    void drop_waiting_if_deposed();
    void wait_for(Result<std::pair<LogIndex, Term>> proposed, Done<cluster::EntryReference> done);

    Loop& loop_;
    LogStore& store_;
    Transport& transport_;
    LogListener& listener_;
    ConsensusOptions options_;
    raft::Core core_;
    cluster::State state_;
    mutable std::shared_ptr<const cluster::State> shared_;  ///< Copy of it; null: it has moved on.
    LogIndex applied_;
    LogIndex snapshot_at_;
    std::map<LogIndex, Waiting> waiting_;
    std::map<std::uint64_t, Done<void>> reads_;
    std::uint64_t next_read_ = 1;
    TimerId timer_ = 0;
    Instant timer_at_ = Instant::forever();
    std::uint64_t saves_begun_ = 0;
    std::uint64_t saves_under_way_ = 0;
    std::map<std::uint64_t, std::vector<raft::Message>> held_;  ///< By the save they wait for.
    bool pumping_ = false;
    bool storage_failed_ = false;
    raft::Standing standing_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  ///< Outlives late answers.
};

}  // namespace baton::runtime
