#pragma once

/// The state behind `Core` (core.hpp, where the contract is), split by noun:
///   machine.cpp    construction, output, status
///   election.cpp   votes, terms, timeouts (§5.2, thesis §9.6)
///   follower.cpp   taking entries and snapshots from a leader (§5.3, §7)
///   leader.cpp     acknowledgements, commitment, check-quorum (§5.3, §5.4)
///   replicate.cpp  what the leader sends to whom
///   requests.cpp   proposals, membership, transfer, reads (thesis §§3.10, 4.1, 6.4)

#include "core/raft/core.hpp"
#include "core/raft/durability.hpp"
#include "core/raft/log.hpp"
#include "core/raft/membership.hpp"
#include "core/raft/roles.hpp"
#include "core/raft/snapshot_receiver.hpp"

#include <utility>

namespace baton::raft {

class Core::Impl {
public:
    Impl(Config config, Restored restored, Random random, Instant now);

    void step(const Message& message, Instant now);
    void tick(Instant now);
    void heartbeat(Instant now);
    [[nodiscard]] Instant next_deadline() const;
    void persisted(LogIndex index, Term term, Instant now);
    [[nodiscard]] Result<std::pair<LogIndex, Term>> propose(std::string payload, Instant now);
    [[nodiscard]] Result<std::pair<LogIndex, Term>> propose_membership(Membership next,
                                                                       Instant now);
    [[nodiscard]] Result<void> transfer_leadership(const NodeId& to, Instant now);
    [[nodiscard]] Result<void> read_index(std::uint64_t id, Instant now);
    void step_down(Instant now);
    void admit() { may_vote_ = true; }
    void compact(Snapshot snapshot, std::size_t keep_entries);
    [[nodiscard]] std::optional<Snapshot> describe_snapshot(LogIndex index) const;
    [[nodiscard]] Output take();
    [[nodiscard]] Status status(Instant now) const;
    [[nodiscard]] Standing standing() const { return {role(), hard_.term, leader_}; }
    [[nodiscard]] const Entry* entry(LogIndex index) const { return log_.at(index); }
    [[nodiscard]] bool is_leader() const { return leading() != nullptr; }
    [[nodiscard]] const NodeId& self() const { return config_.self; }

private:
    // machine.cpp
    void adopt(Restored restored);
    void observe(Instant now);
    [[nodiscard]] Role role() const;
    [[nodiscard]] const Membership& membership() const { return history_.latest().membership; }
    [[nodiscard]] const Leading* leading() const { return std::get_if<Leading>(&role_); }
    [[nodiscard]] Leading* leading() { return std::get_if<Leading>(&role_); }
    void append(Entry entry);
    void commit_to(LogIndex index);
    void send(const NodeId& to, Body body);
    void send_after_persist(const NodeId& to, Body body);
    void emit_persist();
    [[nodiscard]] bool vote_unsaved() const;

    // election.cpp
    void receive(const Message& message, const VoteRequest& request);
    void receive(const Message& message, const VoteReply& reply);
    void receive(const Message& message, const TimeoutNow& invitation);
    void answer_pre_vote(const Message& message, const VoteRequest& request);
    void answer_vote(const Message& message, const VoteRequest& request);
    [[nodiscard]] bool loyal_to_other(const NodeId& candidate) const;
    [[nodiscard]] bool can_campaign() const;
    void follow(Term term, const NodeId& leader);
    void leave_role();
    void draw_election_timeout();
    void campaign(Campaigning campaigning);
    void ask_for_votes(Campaigning& campaigning);
    void count_votes();
    void become_leader();

    // follower.cpp
    void receive(const Message& message, const Append& append);
    void receive(const Message& message, const SnapshotPiece& piece);
    [[nodiscard]] bool accept_leader(const Message& message);
    [[nodiscard]] bool well_formed(const Message& message, const Append& append) const;
    [[nodiscard]] bool agrees(const Append& append) const;
    [[nodiscard]] bool contradicts_committed(const Append& append) const;
    [[nodiscard]] bool take_entries(const Append& append);
    [[nodiscard]] AppendReply rejection(const Append& append) const;
    void install(Snapshot snapshot);

    // leader.cpp
    void receive(const Message& message, const AppendReply& reply);
    void receive(const Message& message, const SnapshotReply& reply);
    [[nodiscard]] Progress* answering(const Message& message);
    void on_accepted(Progress& progress, const AppendReply& reply);
    void on_rejected(Progress& progress, const AppendReply& reply);
    void count_commit();
    void confirm_reads(Leading& lead);
    void lead_on(Leading& lead);
    void beat(Leading& lead);
    [[nodiscard]] Instant quorum_contact(const Leading& lead) const;
    [[nodiscard]] bool quorum_lost(const Leading& lead) const;
    void adapt_followers(Leading& lead);
    void retire_if_removed();
    void invite_best_voter(const Leading& lead);

    // replicate.cpp
    void replicate();
    void replicate_to(Leading& lead, const NodeId& node, Progress& progress);
    void send_append(Leading& lead, const NodeId& node, Progress& progress);
    void send_heartbeat(Leading& lead, const NodeId& node, Progress& progress);
    void send_as_leader(const Leading& lead, const NodeId& node, Body body);
    void send_snapshot_piece(Leading& lead, const NodeId& node, Progress& progress);
    void start_read_round(Leading& lead);
    void drop_departed(Leading& lead);

    // requests.cpp
    [[nodiscard]] Error not_leader(const std::string& what) const;
    [[nodiscard]] Result<void> accepts_proposals(const std::string& what) const;
    [[nodiscard]] Result<void> admits_change(const Leading& lead, const Membership& next) const;
    std::pair<LogIndex, Term> append_own(EntryKind kind, std::string payload,
                                         std::optional<Membership> next);

    Config config_;
    Random random_;
    Instant now_;  ///< The latest instant heard of; never decreases.

    HardState hard_;
    HardState saved_;  ///< As last handed out to the disk.
    Log log_;
    Durability durability_;
    MembershipHistory history_;
    Snapshot snapshot_;  ///< Latest; index 0 when there is only the bootstrap membership.
    bool may_vote_ = true;

    LogIndex commit_;
    LogIndex handed_;    ///< Handed out through `Output::committed` or `restore`.
    LogIndex verified_;  ///< Up to here our log is known to equal this term's leader's.

    RoleState role_;
    NodeId leader_;
    Instant leader_contact_ = Instant::never();
    Instant election_at_;
    SnapshotReceiver receiver_;
    std::uint64_t snapshots_refused_ = 0;

    bool snapshot_unsaved_ = false;
    Output output_;
};

}  // namespace baton::raft
