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
            remember(holding.pair, now);
        }
    }
    return answer;
}

void Voter::remember(const Pair& pair, Instant now) {
    Memory& memory = memories_[pair.group];
    if (pair.epoch <= memory.forgotten) {
        memory.forgotten_at = std::max(memory.forgotten_at, now);
        return;
    }
    memory.renewed[pair.epoch] = now;
    while (memory.renewed.size() > epochs_remembered_max) {
        const auto oldest = memory.renewed.begin();
        memory.forgotten = oldest->first;
        memory.forgotten_at = std::max(memory.forgotten_at, oldest->second);
        memory.renewed.erase(oldest);
    }
}

Duration Voter::age(const Pair& pair, Instant now) const {
    const auto found = memories_.find(pair.group);
    if (found == memories_.end()) return now - remembers_since_;
    const Memory& memory = found->second;
    const auto renewed = memory.renewed.find(pair.epoch);
    if (renewed != memory.renewed.end()) return now - renewed->second;
    return now - (pair.epoch <= memory.forgotten ? memory.forgotten_at : remembers_since_);
}

std::size_t Voter::remembered() const {
    std::size_t count = 0;
    for (const auto& [group, memory] : memories_) count += memory.renewed.size();
    return count;
}

bool Voter::refuses(const Pair& pair) const {
    const auto ended = ended_.find(pair.group);
    if (ended != ended_.end() && pair.epoch <= ended->second) return true;
    return std::ranges::any_of(ending_in_log_, [&](const auto& item) {
        return item.second.group == pair.group && pair.epoch <= item.second.last_refused;
    });
}

}  // namespace baton::lease
