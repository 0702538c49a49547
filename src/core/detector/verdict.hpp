#pragma once

/// The members' opinions about one node, and what a majority makes of them.

#include "base/ids.hpp"
#include "core/cluster/report.hpp"

#include <map>
#include <vector>

namespace baton::detector {

/// True when a majority of `voters` holds `node` failed. A voter that doubts
/// itself, is silent, or is the node itself has no opinion. `reports` are the
/// newest reports of nodes that are themselves heard.
[[nodiscard]] bool majority_holds_failed(const NodeId& node, const std::vector<NodeId>& voters,
                                         const std::map<NodeId, cluster::NodeReport>& reports);

}  // namespace baton::detector
