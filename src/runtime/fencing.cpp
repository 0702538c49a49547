#include "runtime/fencing.hpp"

#include "core/lease/closing.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace baton::runtime {

namespace {

/// As often as members report when all is calm. A judgement reads every delay that
/// guard and kernel have noted.
constexpr Duration judgement_interval = std::chrono::milliseconds{200};

lease::TierState state_of(KernelLeaseState state) {
    switch (state) {
        case KernelLeaseState::absent: return lease::TierState::absent;
        case KernelLeaseState::unverified: return lease::TierState::unverified;
        case KernelLeaseState::verified: return lease::TierState::verified;
    }
    return lease::TierState::absent;
}

/// What an operator calls it, and what it means to be without it.
std::string_view noun_of(cluster::FencingTier tier) {
    return tier == cluster::FencingTier::kernel ? "the kernel's lease" : "the guard";
}

}  // namespace

Fencing::Fencing(NodeId self, Fences fences, Emit emit)
    : self_(std::move(self)), fences_(fences), emit_(std::move(emit)) {}

lease::Tier Fencing::kernel() const {
    const KernelLeaseStatus status = fences_.kernel.status();
    lease::Tier tier;
    tier.tier = cluster::FencingTier::kernel;
    tier.state = state_of(status.state);
    tier.reason = status.reason;
    tier.proven = status.proven;
    tier.proof = "packets stopped when a lease ended";
    tier.margin = lease::kernel_margin;
    tier.late = {status.late_max, status.late_p99};
    return tier;
}

std::vector<lease::Tier> Fencing::tiers(Instant now) const {
    lease::Tier agent;
    agent.tier = cluster::FencingTier::agent;
    agent.state = lease::TierState::verified;
    agent.proven = now;
    agent.proof = "it answers";
    agent.margin = lease::agent_margin;
    return {agent, lease::judge_guard({guard_seen_, guard_late_}, now), kernel()};
}

cluster::FencingTier Fencing::best(Instant now) const {
    cluster::FencingTier best = cluster::FencingTier::none;
    for (const lease::Tier& each : tiers(now)) {
        if (each.state == lease::TierState::verified) best = each.tier;
    }
    return best;
}

bool Fencing::look(Instant now) {
    if (fences_.guard.verified()) guard_seen_ = now;
    if (now < next_judgement_) return false;
    next_judgement_ = now + judgement_interval;
    const GuardLateness late = fences_.guard.lateness();
    guard_late_ = {late.recent_max, late.recent_p99};
    bool changed = false;
    for (const lease::Tier& each : tiers(now)) {
        const auto before = told_.find(each.tier);
        if (before != told_.end() && before->second == each.state) continue;
        told_[each.tier] = each.state;
        changed = true;
        if (each.tier != cluster::FencingTier::agent) tell(each);
    }
    return changed;
}

void Fencing::tell(const lease::Tier& tier) {
    const std::string name{cluster::name_of(tier.tier)};
    const std::string state{lease::name_of(tier.state)};
    std::string sentence = "fencing tier " + name + " of node " + self_.text + ", " +
                           std::string(noun_of(tier.tier)) + ", is " + state;
    if (!tier.reason.empty()) sentence += ": " + tier.reason;
    if (tier.state == lease::TierState::unverified) {
        sentence += ". Without a verified tier its groups are taken over only after proof";
    }
    emit_(Event{tier.state == lease::TierState::unverified ? Severity::warning : Severity::info,
                "fencing." + state,
                sentence,
                {{"node", self_.text}, {"tier", name}}});
}

}  // namespace baton::runtime
