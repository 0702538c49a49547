#pragma once

/// Who should lead consensus instead of a node that is to lead nothing, or that
/// would take a primary with it.

#include "core/cluster/state.hpp"

#include <map>
#include <vector>

namespace baton::cluster {

/// `voters` are those in contact, each with the last entry it is known to hold.
/// The active one that holds most, the first by name among equals; empty: none.
[[nodiscard]] NodeId heir(const State& state, const std::map<NodeId, LogIndex>& voters);

/// Those of `voters` that hold no primary, where `leader` holds one: if its node died, an
/// election would have to come before the takeover. Empty where it holds none.
[[nodiscard]] std::vector<NodeId> without_primary(const State& state, const NodeId& leader,
                                                  const std::vector<NodeId>& voters);

}  // namespace baton::cluster
