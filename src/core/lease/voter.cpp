#include "core/lease/voter.hpp"

#include <algorithm>
#include <utility>

namespace baton::lease {

Voter::Voter(NodeId self, Instant started)
    : self_(std::move(self)), remembers_since_(started) {}

void Voter::configure(LogIndex membership_index, std::vector<NodeId> voters) {
    membership_index_ = membership_index;
    voters_ = std::move(voters);
}

void Voter::became_voter(Instant now) { remembers_since_ = std::max(remembers_since_, now); }

void Voter::appended(LogIndex index, const Ending& ending) {
    ending_in_log_.emplace(index, ending);
}

void Voter::truncated(LogIndex index) {
    ending_in_log_.erase(ending_in_log_.lower_bound(index), ending_in_log_.end());
}

void Voter::applied(const Ending& ending) {
    Epoch& last = ended_[ending.group];
    last = std::max(last, ending.last_refused);
    std::erase_if(ending_in_log_, [&](const auto& item) {
        return item.second.group == ending.group && item.second.last_refused <= last;
    });
}

std::optional<HeartbeatAnswer> Voter::answer(const Heartbeat& heartbeat, Instant now) {
    const bool same_configuration =
        heartbeat.membership_index == membership_index_ && heartbeat.voters == voters_;
    const bool votes = std::ranges::find(voters_, self_) != voters_.end();
    if (!same_configuration || !votes) return std::nullopt;
    HeartbeatAnswer answer{self_, heartbeat.sequence, heartbeat.sent, membership_index_, {}};
    for (const Holding& holding : heartbeat.holdings) {
        if (refuses(holding.pair)) {
            answer.refused.push_back(holding.pair);
        } else {
            acknowledged_[holding.pair] = now;
        }
    }
    return answer;
}

Duration Voter::age(const Pair& pair, Instant now) const {
    const auto last = acknowledged_.find(pair);
    return now - (last == acknowledged_.end() ? remembers_since_ : last->second);
}

bool Voter::refuses(const Pair& pair) const {
    const auto ended = ended_.find(pair.group);
    if (ended != ended_.end() && pair.epoch <= ended->second) return true;
    return std::ranges::any_of(ending_in_log_, [&](const auto& item) {
        return item.second.group == pair.group && pair.epoch <= item.second.last_refused;
    });
}

}  // namespace baton::lease
