#pragma once

/// While only agents die and come back, one at a time, no role changes and no
/// client notices.

#include "simulation/checkers/checker.hpp"
#include "simulation/cluster.hpp"

namespace baton::simulation {

class NothingHappens : public Checker {
public:
    explicit NothingHappens(Cluster& cluster)
        : Checker(cluster.world(), "nothing_happens"),
          cluster_(cluster),
          epoch_(cluster.agreed()->epoch),
          promotions_(cluster.promotions()),
          failed_(failed()) {}

    void check() {
        judged();
        if (cluster_.agreed() != nullptr && cluster_.agreed()->epoch != epoch_) {
            fail("the primary was appointed anew although only agents died");
        }
        if (cluster_.promotions() != promotions_) {
            fail("a server was opened although only agents died");
        }
        if (failed() != failed_) {
            fail(std::to_string(failed() - failed_) + " writes failed although only agents died");
        }
    }

private:
    [[nodiscard]] std::uint64_t failed() const {
        const History& history = cluster_.history();
        return history.count(Outcome::failed, true) + history.count(Outcome::unknown, true);
    }

    Cluster& cluster_;
    Epoch epoch_;
    std::uint64_t promotions_;
    std::uint64_t failed_;
};

}  // namespace baton::simulation
