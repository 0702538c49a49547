#include "runtime/round_trips.hpp"

#include <algorithm>

namespace baton::runtime {

void RoundTrips::asked(const NodeId& voter, Instant now) {
    auto& since = trips_[voter].waiting_since;
    if (!since) since = now;
}

void RoundTrips::answered(const NodeId& voter, Instant sent, Instant now) {
    const auto found = trips_.find(voter);
    if (found == trips_.end()) return;
    found->second = {now - sent, std::nullopt};
}

void RoundTrips::keep(const std::vector<NodeId>& voters) {
    std::erase_if(trips_, [&voters](const auto& each) {
        return std::ranges::find(voters, each.first) == voters.end();
    });
}

std::map<NodeId, Duration> RoundTrips::at(Instant now) const {
    std::map<NodeId, Duration> all;
    for (const auto& [voter, trip] : trips_) {
        const Duration waited = trip.waiting_since ? now - *trip.waiting_since : Duration{0};
        all[voter] = std::max(trip.last, waited);
    }
    return all;
}

}  // namespace baton::runtime
