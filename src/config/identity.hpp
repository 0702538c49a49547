#pragma once

/// Which node of the cluster file this machine is. An agent must never guess:
/// a name that is not in the file is refused with the names that are.

#include "base/ids.hpp"
#include "base/result.hpp"
#include "config/cluster_file.hpp"

#include <string>

namespace baton::config {

/// What may name the node, strongest first. Empty means not given.
struct NameSources {
    std::string option;       ///< `--node`.
    std::string environment;  ///< BATON_NODE.
    std::string host_name;    ///< Of the machine; its first label counts as well.
};

struct NodeName {
    NodeId node;
    std::string source;  ///< For the operator: "--node", "BATON_NODE" or "host name web-1".
};

/// The strongest source given decides alone; a weaker one never rescues a
/// wrong stronger one. Errors: invalid, naming the source and the known nodes.
[[nodiscard]] Result<NodeName> resolve_node(const ClusterFile& file, const NameSources& sources);

/// The same, with the environment and host name of this process.
[[nodiscard]] Result<NodeName> resolve_node(const ClusterFile& file, const std::string& option);

}  // namespace baton::config
