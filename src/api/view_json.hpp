#pragma once

/// A view as JSON: the shapes that programs outside rely on. Pure functions;
/// members are only ever added (see `api_version`). `view.state` may be null
/// while a node is not formed: lists are empty then.

#include "api/access.hpp"

#include <nlohmann/json.hpp>

namespace baton::api {

using Json = nlohmann::json;

// cluster_json.cpp
[[nodiscard]] Json cluster_json(const View& view);
[[nodiscard]] Json nodes_json(const View& view);   ///< A bare array.
[[nodiscard]] Json config_json(const View& view);  ///< What the log declares; paths, never secrets.

// group_json.cpp
[[nodiscard]] Json groups_json(const View& view);  ///< A bare array.
[[nodiscard]] Json group_json(const View& view, const cluster::GroupState& group);
[[nodiscard]] Json replication_json(const View& view);  ///< A bare array, one per group.
/// Oldest first. While the group is between two primaries the last element is
/// no entry of the log: it says what this node sees the group wait for.
[[nodiscard]] Json decisions_json(const View& view, const cluster::GroupState& group,
                                  std::optional<Epoch> epoch);

// status_json.cpp
[[nodiscard]] Json raft_state_json(const View& view);
[[nodiscard]] Json raft_health_json(const View& view);
[[nodiscard]] Json health_json(const View& view);
[[nodiscard]] Json health_detailed_json(const View& view);
[[nodiscard]] Json ready_json(const View& view);
[[nodiscard]] Json event_json(const NumberedEvent& event);

// diagnosis_json.cpp
[[nodiscard]] Json partition_json(const View& view);    ///< Whom this node hears.
[[nodiscard]] Json fencing_json(const View& view);      ///< What stops each node, as seen here.
[[nodiscard]] Json consistency_json(const View& view);  ///< A digest of what was applied here.

/// "host:port"; IPv6 literals in brackets.
[[nodiscard]] std::string address_text(const cluster::Endpoint& endpoint);
[[nodiscard]] double milliseconds_of(Duration duration);

}  // namespace baton::api
