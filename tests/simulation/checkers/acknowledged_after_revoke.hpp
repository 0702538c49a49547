#pragma once

/// Once the next appointment is agreed on, nothing is acknowledged under an
/// earlier one. Stricter than `single_writer`, which sees an old primary only
/// after the new one has acknowledged something.

#include "core/cluster/state.hpp"
#include "simulation/checkers/checker.hpp"

#include <string>

namespace baton::simulation {

class AcknowledgedAfterRevoke : public Checker {
public:
    explicit AcknowledgedAfterRevoke(World& world) : Checker(world, "acknowledged_after_revoke") {}

    /// Some node applied this state of the group; the first one counts.
    void applied(const cluster::GroupState& group) {
        if (group.epoch <= newest_) return;
        newest_ = group.epoch;
        holder_ = group.primary;
    }
    void acknowledged(const InstanceId& server) {
        judged();
        if (server == holder_) return;
        fail(server.text + " acknowledged a write although epoch " + std::to_string(newest_.value) +
             " belongs to " + holder_.text);
    }
    [[nodiscard]] Epoch newest() const { return newest_; }

private:
    Epoch newest_;
    InstanceId holder_;
};

}  // namespace baton::simulation
