#pragma once

/// Turns the sections of a cluster file into the declared topology. Checks
/// each value by itself; what several values must satisfy together is in
/// rules.hpp.

#include "config/cluster_file.hpp"
#include "config/report.hpp"
#include "config/section.hpp"

#include <string>
#include <vector>

namespace baton::config {

/// The full key of everything read, in the order of the topology, so that a
/// later check can name the line.
struct Origins {
    struct Group {
        std::string key;
        std::vector<std::string> instances;
    };
    std::vector<std::string> nodes;
    std::vector<std::string> node_data;  ///< Directory of each node, in the same order.
    std::vector<Group> groups;
};

/// Key `consensus`.
[[nodiscard]] Consensus read_consensus(Section& section);
/// Key `failure_detector`.
[[nodiscard]] Detector read_detector(Section& section);

/// Key `fencing`.
void read_fencing(Section& section, ClusterFile& into);

/// Key `tls`.
[[nodiscard]] AgentTls read_agent_tls(Section& section);

/// Keys `nodes` and `groups` of the top section.
void read_nodes(Section& top, ClusterFile& into, Origins& origins);
void read_groups(Section& top, ClusterFile& into, Origins& origins);
/// "Every node" means every node that is no witness: fronts are named one by one.
void spare_witnesses(ClusterFile& file);

}  // namespace baton::config
