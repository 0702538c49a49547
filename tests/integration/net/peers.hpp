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
#include <optional>
#include <string>
#include <vector>

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

/// Stands in for node b: welcomes both lanes, then reads only the urgent one.
class StalledPeer {
public:
    explicit StalledPeer(std::uint16_t port) : listening_(listening_socket(port)) {}
    ~StalledPeer() {
        for (const auto& lane : lanes_) ::close(lane.handle);
        ::close(listening_);
    }
    StalledPeer(const StalledPeer&) = delete;
    StalledPeer& operator=(const StalledPeer&) = delete;

    void poll() {
        const int handle = ::accept4(listening_, nullptr, nullptr, SOCK_NONBLOCK);
        if (handle >= 0) lanes_.push_back(Open{handle, std::nullopt, wire::FrameReader{4 << 20}});
        for (auto& lane : lanes_) {
            if (lane.greeting && lane.greeting->lane == Lane::bulk) continue;
            char bytes[4096];
            const auto count = ::recv(lane.handle, bytes, sizeof bytes, MSG_DONTWAIT);
            if (count <= 0) continue;
            lane.reader.feed({bytes, static_cast<std::size_t>(count)});
            while (take(lane)) {
            }
        }
    }
    [[nodiscard]] const std::vector<PeerMessage>& urgent() const { return urgent_; }

private:
    struct Open {
        int handle;
        std::optional<net::Greeting> greeting;
        wire::FrameReader reader;
    };
    bool take(Open& lane) {
        auto payload = lane.reader.next();
        if (!payload || !payload.value()) return false;
        const std::string& bytes = *payload.value();
        if (net::tag_of(bytes) == net::Tag::greeting) {
            lane.greeting = net::decode_greeting(bytes).value();
            const net::Greeting ours{net::wire_version, lane.greeting->lane, Incarnation{2},
                                     ClusterId{"c1"}, NodeId{"b"}};
            const auto frame = wire::encode_frame(net::encode_greeting(net::Tag::welcome, ours));
            (void)!::send(lane.handle, frame.data(), frame.size(), MSG_NOSIGNAL);
        } else {
            urgent_.push_back(wire::decode_peer_message(std::string_view{bytes}.substr(1)).value());
        }
        return true;
    }

    int listening_;
    std::vector<Open> lanes_;
    std::vector<PeerMessage> urgent_;
};

}  // namespace baton::adapters
