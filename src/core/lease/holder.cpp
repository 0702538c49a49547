#include "core/lease/holder.hpp"

#include <algorithm>
#include <utility>

namespace baton::lease {

namespace {

/// Heartbeats remembered for matching answers. At 50 ms that is over 6 s:
/// far beyond any lease, so an older answer could not extend one anyway.
constexpr std::size_t sent_kept = 128;

}  // namespace

Holder::Holder(NodeId self, Duration lease) : self_(std::move(self)), lease_(lease) {}

void Holder::set_lease(Duration lease) {
    lease_ = lease;
}

void Holder::configure(LogIndex membership_index, std::vector<NodeId> voters) {
    if (membership_index == membership_index_ && voters == voters_) return;
    membership_index_ = membership_index;
    voters_ = std::move(voters);
    sent_.clear();
    for (auto& [pair, lease] : leases_) lease.acknowledged.clear();
}

void Holder::hold(std::vector<Holding> holdings) {
    holdings_ = std::move(holdings);
    std::map<Pair, Lease> kept;
    for (const Holding& holding : holdings_) {
        const auto before = leases_.find(holding.pair);
        kept[holding.pair] = before == leases_.end() ? Lease{} : std::move(before->second);
    }
    leases_ = std::move(kept);
}

Heartbeat Holder::beat(Instant now) {
    Sent sent{next_sequence_++, now, {}};
    for (const Holding& holding : holdings_) sent.listed.push_back(holding.pair);
    Heartbeat heartbeat{self_,   Incarnation{}, sent.sequence, now, membership_index_,
                        voters_, holdings_};
    sent_.push_back(std::move(sent));
    if (sent_.size() > sent_kept) sent_.pop_front();
    return heartbeat;
}

/// They are numbered without gaps.
const Holder::Sent* Holder::remembered(std::uint64_t sequence) const {
    if (sent_.empty() || sequence < sent_.front().sequence) return nullptr;
    const std::uint64_t at = sequence - sent_.front().sequence;
    return at < sent_.size() ? &sent_[at] : nullptr;
}

bool Holder::answered(const HeartbeatAnswer& answer) {
    if (answer.membership_index != membership_index_) return false;
    if (std::ranges::find(voters_, answer.from) == voters_.end()) return false;
    const Sent* sent = remembered(answer.sequence);
    if (sent == nullptr || sent->at != answer.sent) return false;
    bool extended = false;
    for (const Pair& pair : sent->listed) {
        if (std::ranges::find(answer.refused, pair) != answer.refused.end()) continue;
        const auto lease = leases_.find(pair);
        if (lease == leases_.end()) continue;
        Instant& newest =
            lease->second.acknowledged.try_emplace(answer.from, Instant::never()).first->second;
        newest = std::max(newest, sent->at);
        extended = extend(lease->second) || extended;
    }
    return extended;
}

/// The majority-th newest send instant is the newest one a majority covers.
bool Holder::extend(Lease& lease) const {
    const std::size_t majority = voters_.size() / 2 + 1;
    if (lease.acknowledged.size() < majority) return false;
    std::vector<Instant> instants;
    for (const auto& [voter, at] : lease.acknowledged) instants.push_back(at);
    std::ranges::sort(instants, std::greater<>{});
    const Instant end = instants[majority - 1] + lease_;
    if (end <= lease.end) return false;
    lease.end = end;
    return true;
}

Instant Holder::lease_end(const Pair& pair) const {
    const auto lease = leases_.find(pair);
    return lease == leases_.end() ? Instant::never() : lease->second.end;
}

std::map<Pair, Instant> Holder::lease_ends() const {
    std::map<Pair, Instant> ends;
    for (const auto& [pair, lease] : leases_) ends[pair] = lease.end;
    return ends;
}

}  // namespace baton::lease
