#pragma once

/// A conversation with one Redis server: commands go in, as many replies come
/// out. The real one is a TCP or TLS connection; the simulator has its own.

#include "adapters/redis/resp_value.hpp"
#include "base/time.hpp"
#include "core/cluster/topology.hpp"
#include "ports/done.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace baton::redis {

/// Bound on requests waiting on one link; further ones are `unavailable`.
inline constexpr std::size_t link_queue_max = 32;

/// Requests are sent in the order given, one after the other. `done` is never
/// called from within `request`; destroying the link drops what is unanswered.
class RedisLink {
public:
    virtual ~RedisLink() = default;

    /// Sends a pipeline and answers one reply per command; error replies are
    /// replies, not errors. Connects when needed. Errors: unavailable (nothing
    /// was sent), outcome_unknown (sent, and no complete answer by `deadline`;
    /// the connection is dropped so that a late reply cannot be taken for
    /// another's), refused (password or certificate, or a reply too large).
    virtual void request(std::vector<Command> pipeline, Instant deadline,
                         Done<std::vector<RespValue>> done) = 0;

    /// From now on the password is told to process `pid` of this machine only.
    virtual void trust(std::int64_t /*pid*/) {}

    /// Drops the connection and fails what is unanswered.
    virtual void disconnect() = 0;
};

/// Makes a link to another server of the same group.
using LinkFactory = std::function<std::unique_ptr<RedisLink>(const cluster::Endpoint&)>;

}  // namespace baton::redis
