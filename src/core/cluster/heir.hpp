#pragma once

/// Who should lead consensus instead of a node that is to lead nothing.

#include "core/cluster/state.hpp"

#include <map>

namespace baton::cluster {

/// `voters` are those in contact, each with the last entry it is known to hold.
/// The active one that holds most, the first by name among equals; empty: none.
[[nodiscard]] NodeId heir(const State& state, const std::map<NodeId, LogIndex>& voters);

}  // namespace baton::cluster
