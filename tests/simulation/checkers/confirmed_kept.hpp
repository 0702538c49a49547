#pragma once

/// Replicated groups: whoever is opened as primary holds every write that was
/// confirmed to a client before, until an operator accepted a loss.

#include "simulation/checkers/checker.hpp"
#include "simulation/clients.hpp"
#include "simulation/redis_model.hpp"

#include <string>
#include <vector>

namespace baton::simulation {

class ConfirmedKept : public Checker {
public:
    ConfirmedKept(World& world, const cluster::Group& group)
        : Checker(world, "confirmed_kept"),
          promised_(group.durability == cluster::Durability::replicated) {}

    void loss_accepted() { promised_ = false; }

    void opened(const RedisModel& chosen, const History& history) {
        if (!promised_) return;
        judged();
        std::vector<bool> held(history.writes().size(), false);
        for (const Write& each : chosen.data()) held[each.id] = true;
        for (std::uint64_t id = 0; id < held.size(); ++id) {
            if (!history.writes()[id].confirmed || held[id]) continue;
            return fail(chosen.id().text + " is primary without write " + std::to_string(id) +
                        ", which was confirmed to a client");
        }
    }

private:
    bool promised_;
};

}  // namespace baton::simulation
