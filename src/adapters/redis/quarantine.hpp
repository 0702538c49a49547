#pragma once

/// The port `Quarantine` for Redis. What a running server holds is read as its
/// replication stream; of one whose memory is lost, the data files are kept.

#include "adapters/redis/redis_connection.hpp"
#include "ports/loop.hpp"
#include "ports/quarantine.hpp"

#include <memory>
#include <string>

namespace baton::redis {

struct QuarantineOptions {
    LinkOptions server;
    std::string data;       ///< The server's working directory.
    std::string directory;  ///< Where tails are kept; made when first needed.
};

/// `io_context` is the `boost::asio::io_context` behind `loop`.
[[nodiscard]] std::unique_ptr<Quarantine> make_redis_quarantine(Loop& loop, void* io_context,
                                                                QuarantineOptions options);

}  // namespace baton::redis
