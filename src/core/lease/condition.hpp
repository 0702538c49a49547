#pragma once

/// How well tier 3 is known to work: a primary of a replicated group refuses writes
/// while it hears of too few standbys. That bounds what a machine acknowledges that
/// stood still as a whole, which no clock on it can; it permits no takeover by itself.

#include "base/time.hpp"
#include "core/cluster/report.hpp"
#include "core/cluster/state.hpp"
#include "core/lease/tier.hpp"

#include <chrono>
#include <string>

namespace baton::lease {

/// A server counts a standby for this long after it was heard, as baton sets it up.
inline constexpr Duration standby_silence_max = std::chrono::seconds{3};

struct Condition {
    TierState state = TierState::absent;
    std::string reason;  ///< Why it is not verified; empty if it is.
};

/// Of all replicated groups whose primary is open on `node`, by what their servers say
/// of themselves. One that does not say it makes the tier unverified.
[[nodiscard]] Condition judge_condition(const cluster::State& state, const NodeId& node,
                                        const cluster::InstanceReports& servers);

}  // namespace baton::lease
