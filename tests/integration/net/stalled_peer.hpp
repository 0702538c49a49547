#pragma once

/// A peer that stops reading one of its lanes, for tests of the transport.

#include "peers.hpp"

#include <optional>
#include <string>
#include <vector>

namespace baton::adapters {

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
