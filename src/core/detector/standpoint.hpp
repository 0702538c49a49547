#pragma once

/// Who hears more of the cluster than its leader? A link may be broken between
/// two nodes only, or one way only; then whatever hangs on it is unknown to a
/// leader at its end, and known to others. Opinions come in; nobody is deposed here.

#include "base/ids.hpp"
#include "core/cluster/report.hpp"

#include <map>
#include <vector>

namespace baton::detector {

/// The `voters` that are in touch with every node that `leader` is in touch with,
/// and with another one besides. Two nodes are in touch if each hears the other;
/// of a node that `reports` lack, the other's word is enough. `reports` are the
/// leader's own and the newest of those that it hears. Mere suspicion speaks
/// against a voter, not against the leader; who doubts itself has no say.
[[nodiscard]] std::vector<NodeId> better_placed(
    const NodeId& leader, const std::vector<NodeId>& voters,
    const std::map<NodeId, cluster::NodeReport>& reports);

}  // namespace baton::detector
