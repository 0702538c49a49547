#include "adapters/net/send_queue.hpp"

#include "adapters/net/greeting.hpp"
#include "wire/frame.hpp"

#include <algorithm>

namespace baton::adapters::net {

namespace {

/// It says everything that older ones of its kind said.
bool supersedes(const PeerMessage& message) {
    const auto* report = std::get_if<cluster::NodeReport>(&message);
    return std::holds_alternative<lease::Heartbeat>(message) ||
           std::holds_alternative<lease::HeartbeatAnswer>(message) ||
           (report != nullptr && report->since == 0) ||
           std::holds_alternative<Unformed>(message);
}

}  // namespace

void SendQueue::push(const PeerMessage& message) {
    if (supersedes(message)) {
        dropped_ += std::erase_if(waiting_, [&](const Waiting& other) {
            const bool stale = other.kind == message.index();
            if (stale) bytes_ -= other.payload.size();
            return stale;
        });
    }
    Waiting next{message.index(), encode_message(message)};
    while (!waiting_.empty() && (waiting_.size() >= transport_queue_max ||
                                 bytes_ + next.payload.size() > queue_bytes_max)) {
        drop_oldest();
    }
    bytes_ += next.payload.size();
    waiting_.push_back(std::move(next));
}

std::string SendQueue::take_frames(std::size_t bytes_max) {
    std::string frames;
    while (!waiting_.empty() &&
           (frames.empty() || frames.size() + waiting_.front().payload.size() <= bytes_max)) {
        frames += wire::encode_frame(waiting_.front().payload);
        bytes_ -= waiting_.front().payload.size();
        waiting_.pop_front();
    }
    return frames;
}

void SendQueue::clear() {
    dropped_ += waiting_.size();
    waiting_.clear();
    bytes_ = 0;
}

void SendQueue::drop_oldest() {
    bytes_ -= waiting_.front().payload.size();
    waiting_.pop_front();
    ++dropped_;
}

}  // namespace baton::adapters::net
