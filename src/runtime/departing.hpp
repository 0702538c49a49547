#pragma once

/// Carries out the departures that stand in the replicated state: on the Raft
/// leader, asks core/cluster for the next step of each and proposes it. One
/// proposal is under way at a time; a refused one, for instance because too few
/// voters would be left to decide, is tried again with the next turn.

#include "base/event.hpp"
#include "core/cluster/departure.hpp"
#include "runtime/consensus.hpp"

#include <functional>
#include <map>
#include <string>

namespace baton::runtime {

class Departing {
public:
    using Emit = std::function<void(Event)>;
    /// Proposes a membership, with the pauses that takeovers need.
    using Propose = std::function<void(raft::Membership, Done<cluster::EntryReference>)>;

    Departing(Consensus& consensus, Propose propose_membership, Emit emit);

    /// Does nothing on a follower.
    void turn();
    /// Leadership was won or lost: what was under way is not ours any more.
    void role_changed();

private:
    void turn_node(const NodeId& node);

    Consensus& consensus_;
    Propose propose_membership_;
    Emit emit_;
    bool proposing_ = false;
    std::map<NodeId, std::string> told_;  ///< What was last said about each.
};

}  // namespace baton::runtime
