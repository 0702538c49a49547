#pragma once

/// How a node leaves the cluster for good: facts in, next step out. Every step
/// is committed before the next and may be repeated; a new leader goes on. Refuses
/// to let a node go that still has a server or a front to run.
///
///     voter ─► no member ─► forgotten

#include "core/cluster/state.hpp"

#include <string>
#include <string_view>

namespace baton::cluster {

struct DepartureFacts {
    bool quorum = false;   ///< The leader hears a majority.
    bool settled = false;  ///< The membership in force is committed.
    bool leads = false;    ///< The node leads consensus; it hands that on first.
    bool member = false;   ///< Voter or learner in the membership in force.
    bool bound = false;    ///< Something is declared on it again.

    friend bool operator==(const DepartureFacts&, const DepartureFacts&) = default;
};

enum class DepartureStep {
    wait,
    leave,   ///< Membership: without the node.
    forget,  ///< ForgetNode.
};

struct Departure {
    DepartureStep step = DepartureStep::wait;
    std::string_view why;  ///< What is done now or waited for, for the operator.
};

[[nodiscard]] Departure next_step(const DepartureFacts& facts);

/// What has to be taken away from the node first, and how; empty: nothing.
[[nodiscard]] std::string bound_to(const State& state, const NodeId& node);

}  // namespace baton::cluster
