#pragma once

/// Reads what INFO says. Facts only: nothing here judges whether a server is
/// healthy or fit to be promoted.

#include "base/result.hpp"
#include "core/cluster/report.hpp"
#include "ports/server.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace baton::redis {

/// The address of nobody: reserved, and refused at once on any sane machine.
/// A Redis that follows it is a standby of nobody: it refuses writes, and
/// refuses to feed others (-NOMASTERLINK).
[[nodiscard]] const cluster::Endpoint& nobody();

/// The replication section.
struct Replication {
    cluster::ServerRole role = cluster::ServerRole::unknown;
    std::optional<cluster::Endpoint> following;  ///< None: a primary, or a standby of nobody.
    bool link_up = false;  ///< The link is established and no copy is in progress.
    bool syncing = false;  ///< A full copy is being received.
    bool backlog = true;   ///< False: the next standby to attach changes the history's id.
    Position position;

    friend bool operator==(const Replication&, const Replication&) = default;
};

/// Value of `key` in INFO text; empty when absent.
[[nodiscard]] std::string_view info_field(std::string_view info, std::string_view key);

/// Errors: refused when the text has no `role`, or one that baton cannot manage.
[[nodiscard]] Result<Replication> read_replication(std::string_view info);

/// From the sections server, replication, stats, keyspace and persistence.
[[nodiscard]] Result<cluster::InstanceReport> read_report(std::string_view info);

}  // namespace baton::redis
