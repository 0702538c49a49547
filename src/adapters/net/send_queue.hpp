#pragma once

/// Messages waiting for one peer on one lane. Answers what leaves next and
/// what is worth nothing any more: the queue is bounded in messages and bytes,
/// and an unsent heartbeat, answer or report gives way to a newer one.

#include "ports/transport.hpp"

#include <cstddef>
#include <deque>
#include <string>

namespace baton::adapters::net {

/// Payload bytes waiting for one peer on one lane; the oldest are dropped. A
/// single message may be larger and still travels.
inline constexpr std::size_t queue_bytes_max = 32 * 1024 * 1024;

class SendQueue {
public:
    void push(const PeerMessage& message);
    /// Encoded payloads of the oldest messages, oldest first, as frames: at
    /// least one message, then as many as fit into `bytes_max`. Empty when
    /// nothing waits.
    [[nodiscard]] std::string take_frames(std::size_t bytes_max);
    void clear();

    [[nodiscard]] std::size_t size() const { return waiting_.size(); }
    [[nodiscard]] std::size_t bytes() const { return bytes_; }
    [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

private:
    struct Waiting {
        std::size_t kind = 0;  ///< Alternative of PeerMessage.
        std::string payload;
    };
    void drop_oldest();

    std::deque<Waiting> waiting_;  ///< Oldest first; at most transport_queue_max.
    std::size_t bytes_ = 0;
    std::uint64_t dropped_ = 0;
};

}  // namespace baton::adapters::net
