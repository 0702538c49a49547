#pragma once

/// Which process holds the other end of a connection on this machine, as the
/// kernel tells it (sock_diag and /proc). Answers for one process only, and refuses to guess:
/// what cannot be seen is not owned.

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>

namespace baton::redis {

/// True when the connection from `own` to `server`, both on this machine, ends
/// in process `pid`: it accepted the connection, or listens there and will.
/// Looks through the descriptors of that process; never waits for a peer.
[[nodiscard]] bool ends_in(std::int64_t pid, const boost::asio::ip::tcp::endpoint& server,
                           const boost::asio::ip::tcp::endpoint& own);

}  // namespace baton::redis
