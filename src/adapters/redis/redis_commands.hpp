#pragma once

/// The command sequences baton sends to change a server's role, and how their
/// replies are checked. Pure; redis_server.cpp says when each is used.

#include "adapters/redis/redis_errors.hpp"
#include "adapters/redis/redis_report.hpp"
#include "adapters/redis/resp_value.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <vector>

namespace baton::redis {

using Replies = std::vector<RespValue>;

enum class Clients {
    keep,
    cut,  ///< Also kills their connections, so that none waits on a server that changed its role.
};

/// Follow `primary` (or nobody) in one transaction, so that no client command
/// runs between the change of role and the end of the clients; then INFO.
[[nodiscard]] std::vector<Command> follow_commands(const cluster::Endpoint& primary,
                                                   Clients clients);
/// Refuse writes without so many standbys that were heard lately.
[[nodiscard]] std::vector<Command> require_commands(std::uint32_t standbys);
/// Ends a pause and accepts writes; then INFO.
[[nodiscard]] std::vector<Command> promote_commands();
[[nodiscard]] Command info_replication();

/// The first error among the replies, nested ones included, else fine.
[[nodiscard]] Result<void> all_accepted(const Replies& replies, const Target& target);

/// Checks all replies and reads the last one as INFO replication.
[[nodiscard]] Result<Replication> replication_of(const Replies& replies, const Target& target);

}  // namespace baton::redis
