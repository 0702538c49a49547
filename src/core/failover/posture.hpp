#pragma once

/// What one node's own instance has to be right now, from the applied state
/// and the node's own lease alone. Every node decides this for itself, leader
/// or not; nobody sends orders.

#include "base/ids.hpp"
#include "base/time.hpp"
#include "core/cluster/state.hpp"

#include <string_view>

namespace baton::failover {

enum class Want {
    isolated,      ///< A standby of nobody: how everything starts, and the safe answer.
    primary,       ///< Accept writes.
    following,     ///< Replicate from the group's open primary.
    handing_over,  ///< Primary in a planned switchover: close cleanly for the successor.
};

struct Posture {
    Want want = Want::isolated;
    InstanceId other;      ///< following: whom; handing_over: for whom.
    Epoch epoch;           ///< The appointment this posture serves.
    bool for_good = false; ///< isolated: this epoch must never be opened here again.
    std::string_view why;

    friend bool operator==(const Posture&, const Posture&) = default;
};

struct LocalAuthority {
    Instant now;
    Instant close_at = Instant::never();  ///< When the agent closes: before the lease's end.
    Epoch closed;                          ///< Durable promise of this node for the group.
    bool fenced = false;                   ///< An operator fenced this node.
    bool primary_open = false;             ///< The holder says its server is open at this epoch.
};

[[nodiscard]] Posture posture(const cluster::GroupState& group, const InstanceId& self,
                              const LocalAuthority& authority);

[[nodiscard]] std::string_view name_of(Want want);

}  // namespace baton::failover
