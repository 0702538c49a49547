#pragma once

/// Where a playground keeps what, which addresses and ports it uses, and the
/// cluster file it runs on.

#include "base/result.hpp"
#include "config/cluster_file.hpp"

#include <string>
#include <vector>

namespace baton::playground {

/// Absolute path of a playground's cluster file.
[[nodiscard]] std::string config_path(const std::string& directory);
[[nodiscard]] std::string contract_path(const std::string& directory);

/// Writes a cluster file for `nodes` nodes on free loopback ports: with the
/// groups of `like` if given, else with one Redis group named "redis".
/// Errors: invalid (more groups or nodes than fit), unavailable.
[[nodiscard]] Result<void> write_config(const std::string& directory, unsigned nodes,
                                        const config::ClusterFile* like);

/// `count` ports that nothing listens on at any of `hosts` right now.
[[nodiscard]] Result<std::vector<std::uint16_t>> free_ports(const std::vector<std::string>& hosts,
                                                            std::size_t count);

}  // namespace baton::playground
