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

struct Model {
    unsigned nodes = 3;
    const config::ClusterFile* like = nullptr;  ///< Where the groups come from; null: one "redis".
    std::string run_as{};                       ///< User of servers and fronts; empty: none.
    bool tls = false;  ///< Agents use the certificates of `make_certificates`.
};

/// Writes a cluster file for that many nodes on free loopback ports. Errors:
/// invalid (more groups or nodes than fit), unavailable.
[[nodiscard]] Result<void> write_config(const std::string& directory, const Model& model);

/// Makes an authority and a certificate for each node in `<directory>/tls`, for
/// every user to read but for the keys. Errors: refused (there are some already).
[[nodiscard]] Result<void> make_certificates(const std::string& directory, unsigned nodes);

/// Makes the directories above those of servers and fronts, for every user to
/// enter whatever the umask, and names them. One that is there is left as it is.
[[nodiscard]] Result<std::vector<std::string>> make_ways(const std::string& directory,
                                                         unsigned nodes);

/// `count` ports that nothing listens on at any of `hosts` right now.
[[nodiscard]] Result<std::vector<std::uint16_t>> free_ports(const std::vector<std::string>& hosts,
                                                            std::size_t count);

}  // namespace baton::playground
