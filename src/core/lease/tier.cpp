#include "core/lease/tier.hpp"

#include "core/lease/closing.hpp"

namespace baton::lease {

namespace {

std::string milliseconds(Duration duration) {
    return std::to_string(whole_milliseconds(duration)) + " ms";
}

std::string doubt_about(const GuardEvidence& evidence, Instant now) {
    if (evidence.seen == Instant::never()) return "no guard has been seen";
    if (now - evidence.seen >= guard_silence_max) {
        return "the guard has not been awake for " + milliseconds(now - evidence.seen);
    }
    if (evidence.late.max > guard_margin) {
        return "the guard was " + milliseconds(evidence.late.max) + " late; its margin is " +
               milliseconds(guard_margin);
    }
    const Duration tolerated = lateness_tolerated(guard_margin);
    if (evidence.late.p99 <= tolerated) return "";
    return "the guard is often late: one time in a hundred by " + milliseconds(evidence.late.p99) +
           " or more; " + milliseconds(tolerated) + " are tolerated";
}

}  // namespace

Tier judge_guard(const GuardEvidence& evidence, Instant now) {
    Tier tier;
    tier.tier = cluster::FencingTier::guard;
    tier.reason = doubt_about(evidence, now);
    tier.state = tier.reason.empty() ? TierState::verified : TierState::unverified;
    if (evidence.seen == Instant::never()) tier.state = TierState::absent;
    tier.proven = evidence.seen;
    tier.proof = "it wakes up in time, 20 times a second";
    tier.margin = guard_margin;
    tier.late = evidence.late;
    return tier;
}

std::string_view name_of(TierState state) {
    switch (state) {
        case TierState::absent: return "absent";
        case TierState::unverified: return "unverified";
        case TierState::verified: return "verified";
    }
    return "absent";
}

}  // namespace baton::lease
