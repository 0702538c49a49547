#pragma once

/// The declared topology as JSON and back: the shape of GET /v1/config and of
/// what `config diff` and `config apply` send, for both ends. Reading is
/// strict, because what is read becomes the agreed declaration: a missing or
/// unknown member is refused by name.

#include "base/result.hpp"
#include "core/cluster/topology.hpp"

#include <nlohmann/json.hpp>

namespace baton::config {

[[nodiscard]] nlohmann::json topology_json(const cluster::Topology& topology);

/// Errors: invalid, naming the member. Whether the whole makes sense is judged
/// by core/cluster.
/// One element of its `nodes`. Errors: invalid, naming the member.
[[nodiscard]] Result<cluster::Node> read_node(const nlohmann::json& json);
[[nodiscard]] nlohmann::json node_json(const cluster::Node& node);
[[nodiscard]] Result<cluster::Topology> read_topology(const nlohmann::json& json);

}  // namespace baton::config
