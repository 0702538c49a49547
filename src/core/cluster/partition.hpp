#pragma once

/// From what the nodes say about whom they hear: which of them hear each other,
/// between whom there is silence, and which side can have a quorum. Knows links
/// only; who leads, and whether a silent node is dead or cut off, it cannot say.

#include "base/ids.hpp"

#include <map>
#include <set>
#include <vector>

namespace baton::cluster {

/// What one node says about each other one: true, it hears it; false, it does
/// not. A node it says nothing about has never been heard: that proves nothing.
using Account = std::map<NodeId, bool>;

/// `by` does not hear `of`: no word of `of` arrives there. The other direction
/// may work.
struct Silence {
    NodeId by;
    NodeId of;

    friend auto operator<=>(const Silence&, const Silence&) = default;
};

enum class Certainty {
    yes,
    no,
    unknown,  ///< Too few nodes were asked; what they would say decides.
};

struct Division {
    /// Nodes that hear each other in both directions, over others if need be; a
    /// node that was not asked belongs to those who hear it. Most voters first.
    std::vector<std::set<NodeId>> sides;
    std::set<NodeId> unseen;                ///< Not asked, and heard by none that was asked.
    std::vector<Silence> silences;          ///< All that are known, in order.
    Certainty whole = Certainty::unknown;   ///< Every node hears every other one.
    Certainty quorum = Certainty::unknown;  ///< Some voter and those it talks with are a majority.
    std::set<NodeId> majority;              ///< The side of that voter, if `quorum` is yes.
};

/// `accounts` are those of the nodes that answered.
[[nodiscard]] Division divide(const std::set<NodeId>& nodes, const std::set<NodeId>& voters,
                              const std::map<NodeId, Account>& accounts);

}  // namespace baton::cluster
