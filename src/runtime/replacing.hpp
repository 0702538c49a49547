#pragma once

/// Carries out the replacements that stand in the replicated state, and lets the
/// first directory of a node that was added in: on the
/// Raft leader, asks core/cluster for the next step of each and proposes it.
/// One proposal is under way at a time; a refused one is tried again with the
/// next turn. A new leader goes on where the old one stopped.

#include "base/event.hpp"
#include "core/cluster/replacement.hpp"
#include "core/cluster/report.hpp"
#include "runtime/consensus.hpp"

#include <functional>
#include <map>
#include <string>

namespace baton::runtime {

class Replacing {
public:
    using Emit = std::function<void(Event)>;
    /// Proposes a membership, with the pauses that takeovers need.
    using Propose = std::function<void(raft::Membership, Done<cluster::EntryReference>)>;

    Replacing(Consensus& consensus, Propose propose_membership, Emit emit);

    /// `reports` are the newest of heard nodes, `strangers` the directories that
    /// nobody knows. Does nothing on a follower.
    void turn(const std::map<NodeId, cluster::NodeReport>& reports,
              const std::map<NodeId, cluster::Stranger>& strangers, Instant now);
    /// Leadership was won or lost: what was under way is not ours any more.
    void role_changed();

private:
    void let_in(const NodeId& node, const cluster::Stranger& stranger);
    void turn_node(const NodeId& node, const cluster::NodeState& state,
                   const std::map<NodeId, cluster::NodeReport>& reports);
    void propose(const NodeId& node, const cluster::NodeState& state,
                 cluster::ReplacementStep step);

    Consensus& consensus_;
    Propose propose_membership_;
    Emit emit_;
    bool proposing_ = false;
    std::map<NodeId, std::string> told_;  ///< What was last said about each.
};

}  // namespace baton::runtime
