#pragma once

/// What the consensus side of an agent tells the other side: one complete
/// picture, newest wins. Values only, so it may cross threads.

#include "base/ids.hpp"
#include "base/time.hpp"
#include "core/cluster/report.hpp"
#include "core/cluster/state.hpp"
#include "core/detector/incident.hpp"
#include "core/lease/lease.hpp"
#include "core/lease/tier.hpp"
#include "core/raft/core.hpp"
#include "ports/guard.hpp"
#include "ports/kernel_lease.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace baton::runtime {

struct MemberView {
    bool formed = false;
    /// The applied state is as new as the leader's was after this agent began:
    /// only then may it move servers or doors that an earlier agent left.
    bool caught_up = false;
    std::string waiting_for;  ///< Not formed: what is missing, in words.
    Incarnation incarnation;
    Instant at;
    raft::Status raft;
    std::shared_ptr<const cluster::State> state;  ///< Null until formed.
    LogIndex applied;
    Term applied_term;                          ///< Of that entry.
    std::map<lease::Pair, Instant> lease_ends;  ///< Of pairs this node holds; the guard is armed.
    SharedMap<lease::Pair, NodeId> open;        ///< Pairs whose holders say so, and these.
    std::map<GroupId, Epoch> closed;            ///< This node's durable promises.
    std::map<NodeId, cluster::NodeReport> reports;
    std::map<NodeId, Instant> report_times;
    std::vector<cluster::PeerView> peers;
    std::set<NodeId> to_cut_off;  ///< By the operator's command, on this node; as the leader only.
    std::map<NodeId, Duration> round_trips;  ///< Of renewals, by voter; empty without a lease.
    std::map<NodeId, cluster::Stranger> strangers;  ///< Directories the cluster does not know.
    std::optional<detector::Incident> incident;     ///< The last one this agent saw.
    GuardLateness guard_lateness;
    Instant guard_seen = Instant::never();  ///< When the guard was last verified.
    KernelLeaseStatus kernel_lease;
    std::vector<lease::Tier> tiers;  ///< What closes this node's servers, weakest first.
    std::uint64_t heartbeats_sent = 0;
    std::uint64_t elections_started = 0;
    std::uint64_t leader_changes = 0;
};

}  // namespace baton::runtime
