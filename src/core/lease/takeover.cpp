#include "core/lease/takeover.hpp"

#include "core/lease/lease.hpp"

#include <algorithm>

namespace baton::lease {

Takeover::Takeover(Duration lease) : wait_(takeover_wait(lease)) {}

void Takeover::answered(const NodeId& voter, Duration age, Instant received) {
    const Instant renewed = received - age;
    // Later answers of the same voter carry more delay, not more knowledge:
    // the earliest bound holds, because the voter has refused ever since.
    const auto [place, first] = renewed_.try_emplace(voter, renewed);
    if (!first) place->second = std::min(place->second, renewed);
}

Instant Takeover::over_at(const std::vector<NodeId>& voters) const {
    std::vector<Instant> renewals;
    for (const NodeId& voter : voters) {
        const auto renewed = renewed_.find(voter);
        if (renewed != renewed_.end()) renewals.push_back(renewed->second);
    }
    const std::size_t majority = voters.size() / 2 + 1;
    if (renewals.size() < majority) return Instant::forever();
    std::ranges::sort(renewals);
    return renewals[majority - 1] + wait_;
}

}  // namespace baton::lease
