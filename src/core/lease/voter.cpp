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
    memories_[ending.group].ended_in_log[index] = ending.last_refused;
    newest_ending_ = std::max(newest_ending_, index);
}

void Voter::truncated(LogIndex index) {
    if (index > newest_ending_) return;
    for (auto& [group, memory] : memories_) {
        auto& ended = memory.ended_in_log;
        ended.erase(ended.lower_bound(index), ended.end());
    }
    newest_ending_ = index;
}

void Voter::applied(const Ending& ending) {
    Memory& memory = memories_[ending.group];
    memory.ended = std::max(memory.ended, ending.last_refused);
    std::erase_if(memory.ended_in_log,
                  [&](const auto& item) { return item.second <= memory.ended; });
}

std::optional<HeartbeatAnswer> Voter::answer(const Heartbeat& heartbeat, Instant now) {
    const bool same_configuration =
        heartbeat.membership_index == membership_index_ && heartbeat.voters == voters_;
    const bool votes = std::ranges::find(voters_, self_) != voters_.end();
    if (!same_configuration || !votes) return std::nullopt;
    HeartbeatAnswer answer{self_, heartbeat.sequence, heartbeat.sent, membership_index_, {}};
    for (const Holding& holding : heartbeat.holdings) {
        Memory& memory = memories_[holding.pair.group];
        if (memory.refuses(holding.pair.epoch)) {
            answer.refused.push_back(holding.pair);
        } else {
            memory.remember(holding.pair.epoch, now);
        }
    }
    return answer;
}

void Voter::Memory::remember(Epoch epoch, Instant now) {
    if (epoch <= forgotten) {
        forgotten_at = std::max(forgotten_at, now);
        return;
    }
    renewed[epoch] = now;
    while (renewed.size() > epochs_remembered_max) {
        const auto oldest = renewed.begin();
        forgotten = oldest->first;
        forgotten_at = std::max(forgotten_at, oldest->second);
        renewed.erase(oldest);
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
    const auto memory = memories_.find(pair.group);
    return memory != memories_.end() && memory->second.refuses(pair.epoch);
}

bool Voter::Memory::refuses(Epoch epoch) const {
    return epoch <= ended || std::ranges::any_of(ended_in_log, [&](const auto& item) {
               return epoch <= item.second;
           });
}

}  // namespace baton::lease
