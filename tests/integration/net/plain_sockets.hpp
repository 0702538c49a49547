#pragma once

/// Plain sockets on loopback for tests of the transport.

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>

namespace baton::adapters {

/// A port nobody listens on now.
inline std::uint16_t free_port() {
    const int handle = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(handle, generic, sizeof address), 0);
    socklen_t size = sizeof address;
    ::getsockname(handle, generic, &size);
    ::close(handle);
    return ntohs(address.sin_port);
}

/// A socket that listens on `port` and does not block.
inline int listening_socket(std::uint16_t port) {
    const int handle = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    const int small = 4096;  // Inherited by accepted sockets.
    (void)::setsockopt(handle, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(handle, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(handle, 64), 0);
    return handle;
}

}  // namespace baton::adapters
