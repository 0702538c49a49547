#include "simulation/network.hpp"

namespace baton::simulation {

void Network::set_present(const NodeId& node, bool present) {
    if (present) {
        absent_.erase(node);
    } else {
        absent_.insert(node);
    }
}

bool Network::open(const NodeId& from, const NodeId& to) const {
    if (!absent_.empty() && (absent_.contains(from) || absent_.contains(to))) return false;
    return from == to || cuts_.empty() || !cuts_.contains({from, to});
}

void Network::disturb(Duration extra, std::uint64_t lost_one_in) {
    extra_ = extra;
    lost_one_in_ = lost_one_in;
}

Duration Network::delay(const NodeId& from, const NodeId& to) {
    Random& random = world_.random();
    if (from == to) return random.between(microseconds{15}, microseconds{60});
    Duration delay = random.between(microseconds{80}, microseconds{300});
    if (extra_.count() > 0) delay += random.between(Duration{0}, extra_);
    // The minimum retransmission time of Linux.
    if (lost_one_in_ > 0 && random.one_in(lost_one_in_)) delay += milliseconds{200};
    return delay;
}

}  // namespace baton::simulation
