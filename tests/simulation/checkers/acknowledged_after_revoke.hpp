#pragma once

/// Once the next appointment is agreed on, nothing is acknowledged under an
/// earlier one. Stricter than `single_writer`, which sees an old primary only
/// after the new one has acknowledged something.

#include "core/cluster/state.hpp"
#include "simulation/world.hpp"

#include <string>

namespace baton::simulation {

class AcknowledgedAfterRevoke {
public:
    explicit AcknowledgedAfterRevoke(World& world) : world_(world) {}

    /// Some node applied this state of the group; the first one counts.
    void applied(const cluster::GroupState& group) {
        if (group.epoch <= newest_) return;
        newest_ = group.epoch;
        holder_ = group.primary;
    }
    void acknowledged(const InstanceId& server) {
        if (server == holder_) return;
        world_.fail("acknowledged_after_revoke",
                    server.text + " acknowledged a write although epoch " +
                        std::to_string(newest_.value) + " belongs to " + holder_.text);
    }
    [[nodiscard]] Epoch newest() const { return newest_; }

private:
    World& world_;
    Epoch newest_;
    InstanceId holder_;
};

}  // namespace baton::simulation
