#pragma once

/// What an operator asks of the cluster as a whole, judged against what is
/// known: a node's new data directory, a new declaration. Pure.

#include "api/access.hpp"
#include "api/view_json.hpp"

namespace baton::api {

struct NodeReplacement {
    Incarnation incarnation;  ///< The directory to admit.
    bool under_way = false;   ///< It is being admitted already.
};

/// Errors: invalid (unknown node), refused (no quorum, in use with its present
/// directory, no new directory heard).
[[nodiscard]] Result<NodeReplacement> plan_replacement(const View& view, const NodeId& node);
[[nodiscard]] Json replacement_json(const View& view, const NodeId& node,
                                    const NodeReplacement& plan);

/// The plan of `config apply`: every difference, what is refused and why, and
/// the mark that makes applying fail if somebody else applies first.
[[nodiscard]] Json declaration_json(const View& view, const cluster::Topology& wanted);

}  // namespace baton::api
