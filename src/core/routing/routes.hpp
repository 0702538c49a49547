#pragma once

/// Who serves writes and reads of each group, as one node's front must show
/// it. Answers only from what was agreed on and what was heard; it never
/// guesses: without an open primary there is no writer.

#include "base/ids.hpp"
#include "core/cluster/report.hpp"
#include "core/cluster/state.hpp"
#include "core/routing/route.hpp"

#include <map>
#include <vector>

namespace baton::routing {

/// What this node heard lately. The caller leaves out what is too old to act on.
struct Heard {
    /// Newest epoch of each group whose holder said that its server is open.
    std::map<GroupId, Epoch> open;
    std::map<NodeId, cluster::NodeReport> reports;
};

/// Whether servers say the same in both, as far as routes depend on it.
[[nodiscard]] bool same_servers(const std::map<NodeId, cluster::NodeReport>& one,
                                const std::map<NodeId, cluster::NodeReport>& other);

/// The routes of every group whose front runs on `node`, in the order of the
/// groups' names. Writes go to the applied primary, and only while its
/// appointment is not revoked and its holder is heard saying that it is open.
/// Reads go to standbys in sync with it; without any, to the primary. While no
/// primary is open, standbys with a data set keep their reads, so that a
/// failover does not cut readers for nothing.
[[nodiscard]] std::vector<FrontRoute> routes(const cluster::State& state, const Heard& heard,
                                             const NodeId& node);

}  // namespace baton::routing
