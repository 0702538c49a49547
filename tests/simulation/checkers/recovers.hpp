#pragma once

/// After the last fault every group is steady again within the bound, and
/// stays so. A group that can only go on by losing data waits for an
/// operator; then one comes and accepts the loss.

#include "simulation/checkers/checker.hpp"
#include "simulation/cluster.hpp"

namespace baton::simulation {

inline constexpr Duration recovery_max = seconds{10};
/// How long the operator looks on.
inline constexpr Duration operator_patience = seconds{3};

class Recovers : public Checker {
public:
    explicit Recovers(Cluster& cluster) : Checker(cluster.world(), "recovers"), cluster_(cluster) {}

    /// Runs the cluster on; breaks the run when it does not recover.
    void check() {
        judged();
        if (cluster_.run_until_steady(operator_patience)) return;
        if (waits_for_operator()) {
            cluster::Request request;
            request.group = cluster_.group();
            request.epoch = cluster_.agreed()->epoch;
            request.kind = cluster::RequestKind::failover;
            request.accept_loss = true;
            request.by = "operator";
            cluster_.accept_loss();
            cluster_.propose(request);
            ++accepted_losses_;
        }
        if (cluster_.run_until_steady(recovery_max - operator_patience)) return;
        fail("not steady " + std::to_string(whole_milliseconds(recovery_max)) +
             " ms after the last fault: " + cluster_.unsteady_because());
    }
    [[nodiscard]] std::uint64_t accepted_losses() const { return accepted_losses_; }

private:
    [[nodiscard]] bool waits_for_operator() {
        const cluster::GroupState* group = cluster_.agreed();
        return group != nullptr && group->phase == cluster::Phase::fencing;
    }

    Cluster& cluster_;
    std::uint64_t accepted_losses_ = 0;
};

}  // namespace baton::simulation
