#pragma once

/// The kernel's table of TCP sockets of this machine: one entry looked up by its
/// two ends. Never waits for a peer.

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <optional>

namespace baton::redis {

struct SocketEntry {
    bool listening = false;
    std::uint32_t owner = 0;  ///< User id.
    std::uint64_t inode = 0;  ///< 0: the connection is not accepted yet.
};

/// The socket whose own end is `local` and whose other end is `remote`; with a
/// remote port of 0, or without such a connection, the one that listens for it.
/// Nothing: there is none, or the kernel does not tell.
[[nodiscard]] std::optional<SocketEntry> find_socket(const boost::asio::ip::tcp::endpoint& local,
                                                     const boost::asio::ip::tcp::endpoint& remote);

}  // namespace baton::redis
