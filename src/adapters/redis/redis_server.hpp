#pragma once

/// The port `Server` for Redis, on top of links: which commands make a server
/// a primary, a standby of someone, or of nobody, and how each is verified.
/// Knows no socket, so the simulator runs it with links of its own.

#include "adapters/redis/redis_errors.hpp"
#include "adapters/redis/redis_link.hpp"
#include "ports/loop.hpp"
#include "ports/server.hpp"

#include <functional>
#include <memory>
#include <string>

namespace baton::redis {

/// Two links to the server, so that a stuck observation never delays an order.
struct Links {
    std::unique_ptr<RedisLink> probe;
    std::unique_ptr<RedisLink> orders;
    LinkFactory others;  ///< To other servers of the group, with the same password and TLS.
    std::function<std::unique_ptr<RedisLink>()> standby;  ///< To the server, as its standby_user.
};

/// `password` is the group's: what servers of a group present to each other
/// follows from it. A newer order replaces an unfinished older one, which then answers `conflict`.
/// Destroying the server drops unanswered calls.
[[nodiscard]] std::unique_ptr<Server> make_redis_server(Loop& loop, Target target,
                                                        std::string password, Links links);

}  // namespace baton::redis
