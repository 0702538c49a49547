#pragma once

/// Peers that misbehave, made of plain sockets, for tests of the transport.

#include "adapters/net/greeting.hpp"
#include "wire/codec.hpp"
#include "wire/frame.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>

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

class RawPeer {
public:
    explicit RawPeer(std::uint16_t port) : handle_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        connected_ = ::connect(handle_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    }
    ~RawPeer() { ::close(handle_); }
    RawPeer(const RawPeer&) = delete;
    RawPeer& operator=(const RawPeer&) = delete;

    void send(const std::string& bytes) {
        (void)!::send(handle_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    }
    void greet(const net::Greeting& greeting) {
        send(wire::encode_frame(net::encode_greeting(net::Tag::greeting, greeting)));
    }
    /// Whether the other side has hung up; collects what it said before.
    bool gone() {
        char bytes[4096];
        const auto count = ::recv(handle_, bytes, sizeof bytes, MSG_DONTWAIT);
        if (count > 0) said_.append(bytes, static_cast<std::size_t>(count));
        return count == 0 || (count < 0 && errno != EAGAIN);
    }
    [[nodiscard]] const std::string& said() const { return said_; }
    [[nodiscard]] bool connected() const { return connected_; }

private:
    int handle_;
    bool connected_ = false;
    std::string said_;
};

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

/// Stands in for node b: hangs up on everybody, and counts them.
class DismissivePeer {
public:
    explicit DismissivePeer(std::uint16_t port) : listening_(listening_socket(port)) {}
    ~DismissivePeer() { ::close(listening_); }
    DismissivePeer(const DismissivePeer&) = delete;
    DismissivePeer& operator=(const DismissivePeer&) = delete;

    void poll() {
        for (int handle = 0; (handle = ::accept(listening_, nullptr, nullptr)) >= 0;) {
            ::close(handle);
            ++dismissed_;
        }
    }
    [[nodiscard]] unsigned dismissed() const { return dismissed_; }

private:
    int listening_;
    unsigned dismissed_ = 0;
};

}  // namespace baton::adapters
