#pragma once

/// The cluster file in an operator's hands: what the API tells of the declared
/// configuration, changed in one place, in the shape in which it is applied.

#include "core/cluster/topology.hpp"
#include "simulation/fault.hpp"

#include <nlohmann/json.hpp>

namespace baton::simulation {

/// GET /v1/config as POST /v1/config/apply wants it.
[[nodiscard]] nlohmann::json as_topology(nlohmann::json config);

/// Makes the change that `wish` names. False where nothing is to be changed: the
/// instance is there already, or is not.
[[nodiscard]] bool change(nlohmann::json& topology, const Fault& wish);

/// Takes whatever runs on `node` away.
void clear_node(nlohmann::json& topology, const NodeId& node);

/// Addresses of a node by its name, as all simulated ones have them.
[[nodiscard]] cluster::Node declared_node(const NodeId& name);

/// The `number`-th instance port and data directory of `group` on `node`. 0 is the first group's.
[[nodiscard]] cluster::Instance declared_instance(const GroupId& group, std::size_t number,
                                                  const NodeId& node);

}  // namespace baton::simulation
