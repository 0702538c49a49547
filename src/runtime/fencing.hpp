#pragma once

/// How firmly this node closes its servers when a lease runs out: asks guard
/// and kernel how they are, and tells operators when that changes. The
/// judgement is core/lease's; what the cluster makes of it is in the log.

#include "base/event.hpp"
#include "core/lease/tier.hpp"
#include "runtime/authority.hpp"

#include <functional>
#include <map>
#include <vector>

namespace baton::runtime {

class Fencing {
public:
    using Emit = std::function<void(Event)>;

    Fencing(NodeId self, Fences fences, Emit emit);

    /// Once per heartbeat; judges five times a second. True when something changed.
    bool look(Instant now);
    /// From the weakest to the firmest.
    [[nodiscard]] std::vector<lease::Tier> tiers(Instant now) const;
    /// The firmest that is verified: each closes a server without the help of those below it.
    [[nodiscard]] cluster::FencingTier best(Instant now) const;
    [[nodiscard]] Instant guard_seen() const { return guard_seen_; }

private:
    [[nodiscard]] lease::Tier kernel() const;
    void tell(const lease::Tier& tier);

    NodeId self_;
    Fences fences_;
    Emit emit_;
    Instant guard_seen_ = Instant::never();
    Instant next_judgement_ = Instant::never();
    lease::Lateness guard_late_;
    std::map<cluster::FencingTier, lease::TierState> told_;
};

}  // namespace baton::runtime
