#pragma once

/// The real link: one TCP or TLS connection to a Redis server, made when first
/// needed and kept. Decides nothing about roles.

#include "adapters/redis/redis_errors.hpp"
#include "adapters/redis/redis_link.hpp"
#include "core/cluster/topology.hpp"
#include "ports/loop.hpp"

#include <cstddef>
#include <memory>
#include <string>

namespace baton::redis {

/// A reply beyond this is a fault of the server, or no Redis at all.
inline constexpr std::size_t reply_bytes_max = 8 * 1024 * 1024;

struct LinkOptions {
    Target target;
    std::string user;      ///< Presented with the password; empty: the default one.
    std::string password;  ///< Presented with AUTH; empty: none.
    /// The server is this node's own: the password is told only to the process
    /// named with `trust`. Whoever runs elsewhere is known to its own node.
    bool own = false;
    cluster::ServerTls tls;
};

/// The question with which a connection begins; only for one with a password.
[[nodiscard]] Command greeting(const LinkOptions& options);

/// `io_context` is the `boost::asio::io_context` behind `loop`.
[[nodiscard]] std::unique_ptr<RedisLink> make_redis_link(Loop& loop, void* io_context,
                                                         LinkOptions options);

}  // namespace baton::redis
