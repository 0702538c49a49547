#pragma once

/// After the last fault every group is steady again within the bound, and
/// stays so. A group that can only go on by losing data waits for an
/// operator; then one comes and accepts the loss.

#include "simulation/checkers/checker.hpp"
#include "simulation/operator.hpp"

#include <algorithm>
#include <string>

namespace baton::simulation {

inline constexpr Duration recovery_max = seconds{10};
/// How long the operator looks on, and between two orders.
inline constexpr Duration operator_patience = seconds{3};

class Recovers : public Checker {
public:
    explicit Recovers(Cluster& cluster) : Checker(cluster.world(), "recovers"), cluster_(cluster) {}

    /// Runs the cluster on; breaks the run when it does not recover.
    void check(Operator& people) {
        judged();
        const Instant end = now() + recovery_max;
        while (now() < end && cluster_.world().broken().empty()) {
            if (cluster_.run_until_steady(std::min(operator_patience, end - now()))) return;
            accepted_losses_ += people.accept_losses();
        }
        if (!cluster_.world().broken().empty()) return;
        fail("not steady " + std::to_string(whole_milliseconds(recovery_max)) +
             " ms after the last fault: " + cluster_.unsteady_because());
    }
    [[nodiscard]] std::uint64_t accepted_losses() const { return accepted_losses_; }

private:
    Cluster& cluster_;
    std::uint64_t accepted_losses_ = 0;
};

}  // namespace baton::simulation
