#pragma once

/// Peers that misbehave, made of plain sockets, for tests of the transport.

#include "adapters/net/greeting.hpp"
#include "wire/codec.hpp"
#include "wire/frame.hpp"

#include "plain_sockets.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace baton::adapters {

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
