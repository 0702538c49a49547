#pragma once

/// What the members agree on: the replicated state machine. `apply` is the
/// only way to change it; it is deterministic, so every node that applied the
/// same entries holds the same state.

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/shared_map.hpp"
#include "core/cluster/command.hpp"
#include "core/cluster/lineage.hpp"
#include "core/cluster/loss.hpp"
#include "core/cluster/topology.hpp"

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace baton::cluster {

/// Where a group stands. Replicated, so that a new leader goes on where the
/// old one stopped.
enum class Phase {
    vacant,        ///< Never had a primary.
    fencing,       ///< The appointment is revoked; nobody may act until the old primary is closed.
    promoting,     ///< A new primary is appointed and not yet open.
    repairing,     ///< The primary is open; others are being made to follow it.
    steady,        ///< One primary, everyone reachable follows.
    handing_over,  ///< A planned switchover: the primary lets its successor catch up, then closes.
};

/// A decision as the log keeps it, for `baton why`.
struct Decision {
    LogIndex index;               ///< Entry that carried it.
    Epoch epoch;                  ///< Epoch in force after it.
    Phase phase = Phase::vacant;  ///< Phase after it.
    std::string rule;             ///< Stable id of the rule.
    std::string why;              ///< The rule's sentence.
    std::string inputs;           ///< The facts it was taken on, as text.
    std::int64_t wall_milliseconds = 0;  ///< Proposer's wall clock; for people, never compared.

    friend bool operator==(const Decision&, const Decision&) = default;
};

/// How many decisions each group keeps; older ones are in the event history.
inline constexpr std::size_t decisions_kept = 64;

/// An operator's request, kept until it is done or refused.
struct PendingRequest {
    RequestKind kind = RequestKind::none;
    InstanceId target;        ///< Empty: the best candidate.
    bool accept_loss = false;
    std::string by;           ///< Who asked, as authenticated or given.
    std::string reason;

    friend bool operator==(const PendingRequest&, const PendingRequest&) = default;
};

struct GroupState {
    Group declared;
    Phase phase = Phase::vacant;
    Epoch epoch;         ///< Last appointment; 0: none yet.
    InstanceId primary;  ///< Holder of `epoch`.
    std::string primary_run_id;  ///< Life of its server that was chosen; no other may open.
    bool revoked = false;
    EntryReference revocation;  ///< Where the revocation of `epoch` stands, if revoked.
    Lineage lineage;
    InstanceId successor;  ///< handing_over only: who takes over.
    PendingRequest request;
    bool paused = false;
    std::map<InstanceId, Holder> holders;  ///< Empty unless writes are replicated.
    std::int64_t last_failover_wall_milliseconds = 0;
    Loss loss;                            ///< Of the last change of primary.
    std::map<InstanceId, Fallen> fallen;  ///< Former primaries that nobody saw follow since.
    std::deque<Decision> decisions;  ///< Oldest first, at most `decisions_kept`.

    friend bool operator==(const GroupState&, const GroupState&) = default;
};

struct NodeState {
    Node declared;
    Incarnation incarnation;
    FencingTier fencing = FencingTier::none;  ///< Last committed report.
    Incarnation replacing;  ///< Directory that is being admitted; 0: none.
    Duty duty = Duty::active;
    std::string duty_by;  ///< Who set it, and why; empty while active from the start.
    LogIndex cut_off;  ///< What was revoked up to here can no longer act there; 0: never cut off.

    friend bool operator==(const NodeState&, const NodeState&) = default;
};

struct State {
    ClusterId id;
    std::string name;
    Settings settings;
    std::uint32_t cluster_version = 1;  ///< Least format version among voters; gates commands.
    std::map<NodeId, NodeState> nodes;
    SharedMap<GroupId, GroupState> groups;  ///< States differ in few: copies share the rest.

    friend bool operator==(const State&, const State&) = default;
    [[nodiscard]] const GroupState* group(const GroupId& group) const;
    /// Active for a node that is not known.
    [[nodiscard]] Duty duty_of(const NodeId& node) const;

    /// Changes the state by one committed command. A command whose
    /// preconditions no longer hold changes nothing and answers `conflict`
    /// with the reason; every node answers alike.
    Result<void> apply(const Command& command, EntryReference at);
};

/// The first state of a new cluster.
[[nodiscard]] State form(ClusterId id, const Topology& topology,
                         const std::map<NodeId, Incarnation>& incarnations);

/// Nothing that was appointed on `node` before `revocation` acts any more, because
/// an operator's command has cut the node off since.
[[nodiscard]] bool cut_off_since(const NodeState& node, EntryReference revocation);

/// The entry that brought the group into its present phase, as far as its
/// decisions reach back; 0 if it has none.
[[nodiscard]] LogIndex phase_began_at(const GroupState& group);

/// The topology a state holds, to compare with the cluster file.
[[nodiscard]] Topology topology_of(const State& state);

/// A digest over what is declared, to tell whether it is still what an
/// operator saw. Never 0.
[[nodiscard]] std::uint64_t digest(const Topology& topology);

/// A digest over our own field order, equal on nodes with equal states.
[[nodiscard]] std::uint64_t digest(const State& state);

[[nodiscard]] std::string_view name_of(Phase phase);

}  // namespace baton::cluster
