#pragma once

/// From everything the leader knows about one group to the finite facts, the
/// rule, and the command to replicate. Pure: instants and reports come in.

#include "base/ids.hpp"
#include "base/time.hpp"
#include "core/cluster/command.hpp"
#include "core/cluster/report.hpp"
#include "core/cluster/state.hpp"
#include "core/failover/candidate.hpp"
#include "core/failover/course.hpp"
#include "core/failover/planner.hpp"

#include <map>
#include <optional>

namespace baton::failover {

/// How long a reachable standby is waited for after a revocation. Long enough
/// for a server that answers at all, short against a lease.
inline constexpr Duration position_patience = std::chrono::milliseconds{300};

/// The same for one that is heard to hold more than those whose positions are
/// final. Long enough to find out that another voter is better placed to reach
/// it, and to hand consensus over.
inline constexpr Duration further_patience = std::chrono::milliseconds{1500};

/// How long missing instances are waited for before a group's first primary
/// needs an operator's word.
inline constexpr Duration birth_patience = std::chrono::seconds{15};

/// What fails under a primary whose server still answers.
enum class Sickness {
    none,
    server,  ///< It cannot write its data to disk; Redis then refuses writes, as a rule.
    disk,    ///< Its node's own log waits for the disk.
    hung,    ///< It stands still, perhaps in the kernel, where no signal ends it.
};
[[nodiscard]] Sickness sickness_of(const cluster::GroupState& group,
                                   const std::map<NodeId, cluster::NodeReport>& reports);

/// How long it has to last before a healthy standby takes over. A stalled disk
/// often recovers by itself, and its server may well serve from memory meanwhile.
inline constexpr Duration server_sick_max = std::chrono::seconds{1};
inline constexpr Duration disk_sick_max = std::chrono::seconds{5};
/// A primary that stands still is killed by its node after `frozen_after`. Whatever is
/// there longer than this after that waits in the kernel and can be fenced by time alone.
inline constexpr Duration hung_max = std::chrono::seconds{1};

/// The leader's knowledge at one instant.
struct Situation {
    const cluster::State* state = nullptr;
    const cluster::GroupState* group = nullptr;
    /// Newest reports of nodes that are heard; a failed node's is left out.
    const std::map<NodeId, cluster::NodeReport>* reports = nullptr;
    const Hearings* hearings = nullptr;  ///< How present each node is to this leader.
    bool quorum = false;
    bool primary_node_failed = false;  ///< A majority says so, after a lease of silence.
    Instant now;
    Instant lease_over = Instant::forever();  ///< When the revoked lease is certainly over.
    Instant phase_since;                      ///< When this leader first saw the present phase.
    Instant failover_at = Instant::never();   ///< Last appointment but the first, as seen here.
    Instant sick_since = Instant::forever();  ///< When it first saw the present sickness.
    Instant history_at = Instant::never();    ///< When this leader saw the history recorded.
    const Course* course = nullptr;           ///< Of the group's primary; null: nothing was heard.
    std::int64_t wall_milliseconds = 0;
};

struct Plan {
    Facts facts;
    const Rule* rule = nullptr;
    Choice choice;
    std::optional<cluster::Command> command;  ///< Empty for Step::stay.
    NodeId to_cut_off;  ///< Whose cut by the operator's command would end a wait; empty: nobody's.
};

[[nodiscard]] Plan assess(const Situation& situation);

/// Newest report of each instance of `group` on heard nodes.
[[nodiscard]] cluster::InstanceReports instance_reports(
    const cluster::GroupState& group, const std::map<NodeId, cluster::NodeReport>& reports);

/// How a switchover would choose now, for plans shown to operators.
[[nodiscard]] Choice switchover_choice(const cluster::State& state,
                                       const cluster::GroupState& group,
                                       const std::map<NodeId, cluster::NodeReport>& reports,
                                       const Hearings& hearings, const InstanceId& target);

/// The same for a failover: positions as last reported, nobody waited for.
[[nodiscard]] Choice failover_choice(const cluster::State& state, const cluster::GroupState& group,
                                     const std::map<NodeId, cluster::NodeReport>& reports);

}  // namespace baton::failover
