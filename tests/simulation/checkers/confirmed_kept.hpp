#pragma once

/// Replicated groups: whoever is opened as primary holds every write that was
/// confirmed to a client before. The promise is that of the declaration: a write
/// counts if `WAIT` confirmed it by as many standbys as were declared when it did.
/// It ends when the group is declared `async`, and for the writes confirmed so far
/// when somebody is opened whose losses an operator has accepted.

#include "simulation/checkers/checker.hpp"
#include "simulation/redis_model.hpp"

#include <cstddef>
#include <set>
#include <string>

namespace baton::simulation {

class ConfirmedKept : public Checker {
public:
    ConfirmedKept(World& world, const cluster::Group& group) : Checker(world, "confirmed_kept") {
        declared(group);
    }

    void declared(const cluster::Group& group) {
        replicated_ = group.durability == cluster::Durability::replicated;
        confirmations_ = group.acknowledgements;
        if (!replicated_) promised_.clear();
    }
    void confirmed(std::uint64_t write, std::size_t standbys) {
        if (replicated_ && standbys >= confirmations_) promised_.insert(write);
    }
    /// What was confirmed so far may be lost.
    void loss_accepted() { promised_.clear(); }

    /// Of a primary that opens, and later: what it holds must not shrink.
    void check(const RedisModel& primary) {
        if (!replicated_) return;
        judged();
        std::set<std::uint64_t> held;
        for (const Write& each : primary.data()) held.insert(each.id);
        for (const std::uint64_t id : promised_) {
            if (held.contains(id)) continue;
            return fail(primary.id().text + " is primary without write " + std::to_string(id) +
                        ", which was confirmed to a client");
        }
    }

private:
    bool replicated_ = false;
    std::size_t confirmations_ = 1;
    std::set<std::uint64_t> promised_;
};

}  // namespace baton::simulation
