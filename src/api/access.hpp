#pragma once

/// What the HTTP surface may ask of the agent it runs in. The API holds no
/// state of its own; everything it shows comes from here, on its own loop.

#include "base/event.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "core/cluster/command.hpp"
#include "core/cluster/report.hpp"
#include "core/cluster/state.hpp"
#include "core/detector/incident.hpp"
#include "core/lease/lease.hpp"
#include "core/lease/tier.hpp"
#include "core/raft/core.hpp"
#include "ports/done.hpp"
#include "ports/guard.hpp"
#include "ports/kernel_lease.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace baton::api {

/// One agent's knowledge at one instant.
struct View {
    NodeId self;
    Incarnation incarnation;
    bool formed = false;  ///< Part of a cluster; otherwise `waiting_for` says what is missing.
    std::string waiting_for;
    Instant now;                         ///< When the view was made; lease ends compare with it.
    std::int64_t wall_milliseconds = 0;  ///< The same by this machine's clock, since 1970.
    Instant started;                     ///< Start of this agent's life.
    raft::Status raft;
    std::shared_ptr<const cluster::State> state;  ///< Applied state; never null once formed.
    LogIndex applied;
    Term applied_term;                              ///< Of that entry.
    std::map<NodeId, cluster::NodeReport> reports;  ///< Newest from each node, our own included.
    std::map<NodeId, Instant> report_times;         ///< When each arrived here.
    std::map<NodeId, cluster::Stranger> strangers;  ///< Directories the cluster does not know.
    std::vector<cluster::PeerView> peers;           ///< This node's own opinion of the others.
    std::map<NodeId, Duration> round_trips;         ///< Of renewals, by voter.
    std::map<lease::Pair, Instant> lease_ends;      ///< Pairs this node holds.
    std::optional<detector::Incident> incident;     ///< The last one this agent saw.
    GuardLateness guard_lateness;
    Instant guard_seen = Instant::never();  ///< When the guard was last verified.
    KernelLeaseStatus kernel_lease;
    std::vector<lease::Tier> tiers;  ///< What closes this node's servers, weakest first.
    Duration heartbeat_interval{0};
    double fsync_p99_milliseconds = 0;
    std::uint64_t heartbeats_sent = 0;
    std::uint64_t elections_started = 0;
    std::uint64_t leader_changes = 0;
    std::uint64_t frames_refused = 0;  ///< Peer frames or connections refused.
    std::uint64_t api_connections_refused = 0;
    std::uint64_t api_requests_refused = 0;  ///< For want of a token or of its role.
    /// End of this node's certificate in seconds since 1970; empty without TLS.
    std::optional<std::int64_t> certificate_ends;
};

/// An event with its place in this agent's history.
struct NumberedEvent {
    std::uint64_t number = 0;  ///< Grows by one; a gap means the bound dropped some.
    std::int64_t wall_milliseconds = 0;
    NodeId node;
    Event event;
};

class Access {
public:
    virtual ~Access() = default;

    [[nodiscard]] virtual View view() = 0;

    /// Proposes on the leader and answers once applied. Errors: unavailable
    /// (not the leader: `leader` of the view says where to go), conflict or
    /// refused (the state machine rejected it), outcome_unknown (lost
    /// leadership or `deadline` passed before the outcome was known).
    virtual void propose(cluster::Command command, Instant deadline,
                         Done<cluster::EntryReference> done) = 0;

    /// Answers once the applied state is no older than now (ReadIndex);
    /// unavailable when this node is not the leader or has no quorum.
    virtual void read_barrier(Instant deadline, Done<void> done) = 0;

    /// Hands consensus leadership to another voter.
    virtual void transfer_leadership(NodeId to, Instant deadline, Done<void> done) = 0;

    /// Proposes a membership change (one voter at most).
    virtual void propose_membership(raft::Membership next, Instant deadline,
                                    Done<cluster::EntryReference> done) = 0;

    /// Makes the applied state this node's snapshot; answers its place once
    /// durable, also when nothing was applied since the last one.
    virtual void create_snapshot(Instant deadline, Done<cluster::EntryReference> done) = 0;

    /// Drops this node's log up to its snapshot, but for what followers in
    /// contact still lack; answers the first entry that is left.
    virtual void compact_log(Instant deadline, Done<LogIndex> done) = 0;

    /// Asks these servers of this node to end, which are started again, then ends
    /// this agent after `delay`; its guard starts the next one.
    virtual void restart(const std::set<InstanceId>& servers, Duration delay) = 0;

    /// Throws the data of a standby of this node away; it copies everything anew.
    /// Errors: refused (it is open as a primary), invalid (not managed here).
    [[nodiscard]] virtual Result<void> reinitialise(const InstanceId& instance) = 0;

    /// Events from `number` on, oldest first, at most `limit`.
    [[nodiscard]] virtual std::vector<NumberedEvent> events(std::uint64_t from,
                                                            std::size_t limit) = 0;
    /// Calls back for each new event until the returned token is given to
    /// `unsubscribe`. A slow subscriber is dropped by the caller, not here.
    virtual std::uint64_t subscribe(std::function<void(const NumberedEvent&)> sink) = 0;
    virtual void unsubscribe(std::uint64_t token) = 0;
};

}  // namespace baton::api
