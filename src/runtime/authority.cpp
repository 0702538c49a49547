#include "runtime/authority.hpp"

#include "core/lease/closing.hpp"

#include <algorithm>
#include <utility>

namespace baton::runtime {

namespace {

/// What a command, once in the log, ends. An appointment ends all before it.
std::optional<lease::Ending> ending_of(const cluster::Command& command) {
    if (const auto* revoke = std::get_if<cluster::Revoke>(&command)) {
        return lease::Ending{revoke->group, revoke->epoch};
    }
    const auto* appoint = std::get_if<cluster::Appoint>(&command);
    if (appoint == nullptr || appoint->epoch.value == 0) return std::nullopt;
    return lease::Ending{appoint->group, Epoch{appoint->epoch.value - 1}};
}

}  // namespace

Authority::Authority(NodeId self, Incarnation incarnation, Transport& transport, Fences fences,
                     Instant started)
    : self_(self),
      incarnation_(incarnation),
      transport_(transport),
      fences_(fences),
      holder_(self, Duration{0}),
      voter_(self, started) {}

void Authority::configure(const raft::Status& status, Instant now) {
    const bool voted_before = membership_.is_voter(self_);
    const bool first = membership_index_.value == 0 && membership_.voters.empty();
    membership_ = status.membership;
    membership_index_ = status.membership_index;
    holder_.configure(membership_index_, membership_.voters);
    voter_.configure(membership_index_, membership_.voters);
    round_trips_.keep(membership_.voters);
    if (!first && !voted_before && membership_.is_voter(self_)) voter_.became_voter(now);
}

void Authority::truncated(LogIndex index) {
    voter_.truncated(index);
}

void Authority::appended(LogIndex index, const cluster::Command& command) {
    if (const auto ending = ending_of(command)) voter_.appended(index, *ending);
}

void Authority::applied(const cluster::State& state) {
    if (lease_ != state.settings.lease) {
        lease_ = state.settings.lease;
        holder_.set_lease(lease_);
    }
    const auto self = state.nodes.find(self_);
    kernel_counts_ =
        fences_.kernel_required ||
        (self != state.nodes.end() && self->second.fencing >= cluster::FencingTier::kernel);
    look_at_kernel();
    std::erase_if(ours_, [&](const auto& item) { return !state.group(item.first.group); });
    std::erase_if(open_here_, [&](const auto& pair) { return !ours_.contains(pair); });
    note_open(self_, open_here_);
    for (const auto& [id, group] : state.groups) follow(group);
    hold();
}

void Authority::applied(const cluster::GroupState& group) {
    look_at_kernel();
    if (follow(group)) hold();
}

/// True when other pairs are held than before.
bool Authority::follow(const cluster::GroupState& group) {
    const bool other = hold_if_ours(group);
    if (group.epoch.value == 0) return other;
    const GroupId& id = group.declared.id;
    const Epoch over = group.revoked ? group.epoch : Epoch{group.epoch.value - 1};
    voter_.applied(lease::Ending{id, over});
    const auto revoked = revoked_.find(id);
    if (!group.revoked) {
        if (revoked != revoked_.end()) revoked_.erase(revoked);
    } else if (revoked == revoked_.end() || revoked->second.revocation != group.revocation) {
        revoked_.insert_or_assign(id, Revoked{group.revocation, lease::Takeover{lease_}});
    }
    return other;
}

/// A pair is held while its appointment is applied here, not revoked, and not
/// closed for good on this node. True when that has changed.
bool Authority::hold_if_ours(const cluster::GroupState& group) {
    const lease::Pair pair{group.declared.id, group.epoch};
    const cluster::Instance* primary = group.declared.find(group.primary);
    const auto closed = closed_.find(pair.group);
    const bool over = closed != closed_.end() && closed->second >= group.epoch;
    const bool ours = primary != nullptr && primary->node == self_ && !group.revoked && !over;
    const auto past = [&](const lease::Pair& each) {
        return each.group == pair.group && (!ours || each.epoch != pair.epoch);
    };
    if (std::erase_if(open_here_, past) > 0) note_open(self_, open_here_);
    const auto lost = std::erase_if(ours_, [&](const auto& item) { return past(item.first); });
    if (!ours) return lost > 0;
    const Ours server{group.primary, primary->endpoint.port};
    const bool known = ours_.contains(pair) && ours_.at(pair) == server;
    ours_[pair] = server;
    return lost > 0 || !known;
}

void Authority::hold() {
    std::vector<lease::Holding> holdings;
    for (const auto& [pair, instance] : ours_) {
        holdings.push_back({pair, open_here_.contains(pair)});
    }
    holder_.hold(std::move(holdings));
    lease_ends_ = holder_.lease_ends();
}

void Authority::beat(Instant now) {
    lease::Heartbeat heartbeat = holder_.beat(now);
    heartbeat.incarnation = incarnation_;
    const bool renews = !heartbeat.holdings.empty();
    if (!renews) round_trips_.keep({});
    for (const auto* members : {&membership_.voters, &membership_.learners}) {
        for (const NodeId& member : *members) {
            if (member == self_) continue;
            transport_.send(member, Lane::urgent, heartbeat);
            if (renews && members == &membership_.voters) round_trips_.asked(member, now);
            ++heartbeats_sent_;
        }
    }
    if (const auto own = voter_.answer(heartbeat, now)) receive(*own, now);
}

bool Authority::receive(const lease::Heartbeat& heartbeat, Instant now) {
    std::set<lease::Pair> open;
    for (const lease::Holding& holding : heartbeat.holdings) {
        if (holding.open) open.insert(holding.pair);
    }
    const bool news = open_elsewhere_[heartbeat.from] != open;
    if (news) note_open(heartbeat.from, open);
    if (news) open_elsewhere_[heartbeat.from] = std::move(open);
    // Where nothing is to be renewed, an answer would say nothing.
    if (heartbeat.holdings.empty()) return news;
    if (const auto answer = voter_.answer(heartbeat, now)) {
        transport_.send(heartbeat.from, Lane::urgent, *answer);
    }
    return news;
}

Renewal Authority::receive(const lease::HeartbeatAnswer& answer, Instant now) {
    round_trips_.answered(answer.from, answer.sent, now);
    if (!holder_.answered(answer)) return Renewal::none;
    rearm();
    const auto before = std::exchange(lease_ends_, holder_.lease_ends());
    const bool begun = std::ranges::any_of(lease_ends_, [&](const auto& item) {
        return item.second > now && before.at(item.first) <= now;
    });
    return begun ? Renewal::begun : Renewal::extended;
}

/// Guard and kernel are armed from the moment a lease exists, so that no server
/// can be opened without its deadline.
void Authority::rearm() {
    for (const auto& [pair, server] : ours_) {
        const Instant end = holder_.lease_end(pair);
        if (end == Instant::never()) continue;
        fences_.guard.set(server.instance.text, lease::guard_kills_at(end));
        fences_.kernel.extend(server.port, lease::kernel_drops_at(end));
    }
}

/// A kernel that is told late, or does not work, would close healthy servers. It
/// holds them all the same while the cluster counts on it for this node.
void Authority::look_at_kernel() {
    fences_.kernel.hold(kernel_counts_ || fences_.kernel.status().trusted);
}

/// A server whose packets the kernel is about to drop is closed softly before, as
/// at the end of its lease: unheard, it would look frozen.
std::map<lease::Pair, Instant> Authority::lease_ends() const {
    std::map<lease::Pair, Instant> ends = lease_ends_;
    for (auto& [pair, end] : ends) {
        const auto server = ours_.find(pair);
        const Instant passes = server == ours_.end()
                                   ? Instant::never()
                                   : fences_.kernel.passes_until(server->second.port);
        if (passes != Instant::never()) end = std::min(end, lease::lease_end_behind(passes));
        if (passes == Instant::never() && kernel_counts_) end = Instant::never();
    }
    std::erase_if(ends, [](const auto& item) { return item.second == Instant::never(); });
    return ends;
}

void Authority::close(const GroupId& group, Epoch epoch) {
    Epoch& closed = closed_[group];
    closed = std::max(closed, epoch);
    std::erase_if(ours_, [&](const auto& item) {
        return item.first.group == group && item.first.epoch <= epoch;
    });
    hold();
}

void Authority::set_open(const lease::Pair& pair, bool open) {
    if (open && ours_.contains(pair)) {
        open_here_.insert(pair);
    } else {
        open_here_.erase(pair);
    }
    note_open(self_, open_here_);
    hold();
}

void Authority::note_open(const NodeId& holder, const std::set<lease::Pair>& open) {
    open_.erase_if(
        [&](const auto& item) { return item.second == holder && !open.contains(item.first); });
    for (const lease::Pair& pair : open) {
        if (!open_.contains(pair)) open_[pair] = holder;
    }
}

void Authority::standby_confirmed(const lease::Pair& pair, const cluster::Instance& instance,
                                  Instant now) {
    const Instant end = holder_.lease_end(pair);
    const bool may_open = end != Instant::never() && now < lease::agent_closes_at(end);
    if (may_open) return;
    fences_.guard.clear(instance.id.text);
    fences_.kernel.release(instance.endpoint.port);
}

std::vector<cluster::RenewalAge> Authority::ages(const cluster::State& state, LogIndex stable,
                                                 Instant now) const {
    std::vector<cluster::RenewalAge> ages;
    if (!membership_.is_voter(self_)) return ages;
    for (const auto& [id, revoked] : revoked_) {
        const cluster::GroupState* group = state.group(id);
        if (group == nullptr || !group->revoked || group->revocation.index > stable) continue;
        const lease::Pair pair{id, group->epoch};
        ages.push_back({id, group->epoch, group->revocation, voter_.age(pair, now)});
    }
    return ages;
}

void Authority::age_reported(const cluster::State& state, const NodeId& voter,
                             const cluster::RenewalAge& age, Instant received) {
    const cluster::GroupState* group = state.group(age.group);
    const auto revoked = revoked_.find(age.group);
    // Equal references mean the very entry that is committed here (Raft §5.3):
    // an answer given for another leader's entry might have been undone since.
    const bool current = group != nullptr && group->revoked && revoked != revoked_.end() &&
                         age.epoch == group->epoch && age.revocation == group->revocation;
    if (current) revoked->second.takeover.answered(voter, age.age, received);
}

Instant Authority::lease_over(const cluster::GroupState& group) const {
    const auto revoked = revoked_.find(group.declared.id);
    if (!group.revoked || revoked == revoked_.end()) return Instant::forever();
    return revoked->second.takeover.over_at(membership_.voters);
}

}  // namespace baton::runtime
