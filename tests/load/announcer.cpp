#include "announcer.hpp"

namespace baton::load {
namespace {

constexpr auto reconnect_after = std::chrono::milliseconds{100};
constexpr auto look_again_after = std::chrono::seconds{1};

}  // namespace

void Announcer::advance(Instant now) {
    if (now < due_ || settings_.sentinels.empty()) return;
    due_ = now + look_again_after;
    if (wire_.is_open()) return;
    if (!wire_.open(settings_.sentinels[server_++ % settings_.sentinels.size()])) return;
    wire_.send(command({"SUBSCRIBE", "+switch-master"}));
}

bool Announcer::serve(short events, Instant now) {
    const bool alive = wire_.serve(events);
    bool announced = false;
    bool broken = false;
    while (const auto reply = wire_.take(broken)) {
        announced = announced || (!reply->items.empty() && reply->items[0].text == "message");
    }
    if (!alive || broken) {
        wire_.close();
        due_ = now + reconnect_after;
    }
    return announced;
}

}  // namespace baton::load
