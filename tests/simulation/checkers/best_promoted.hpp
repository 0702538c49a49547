#pragma once

/// Nobody is opened while another server that was there all the time holds
/// the same history and more, unless an operator accepted the loss. "There"
/// means running, on a node that has been in touch with a majority over an
/// undisturbed network for a second: longer than any wait for positions. Equal
/// writes do not make equal histories: one that another primary's epoch left
/// behind, beyond the place where that primary opened, is over.

#include "simulation/redis_model.hpp"

#include <map>

namespace baton::simulation {

class BestPromoted {
public:
    explicit BestPromoted(World& world) : world_(world) {}

    void in_touch(const NodeId& node, bool yes) {
        if (!yes) {
            since_.erase(node);
        } else {
            since_.try_emplace(node, world_.now());
        }
    }
    void loss_accepted() { accepted_ = true; }

    void opened(const RedisModel& chosen, const RedisModel& other) {
        const auto since = since_.find(other.node());
        const bool there =
            other.alive() && !other.frozen() && since != since_.end() &&
            world_.now() - std::max(since->second, other.running_since()) > seconds{1};
        if (accepted_ || &chosen == &other || !there) return;
        const std::size_t size = chosen.data().size();
        const std::string& opened_from = chosen.previous_history();
        const bool left_behind =
            other.history() != opened_from && other.previous_history() != opened_from;
        if (left_behind) return;
        const bool same = size == 0 || (other.data().size() > size &&
                                        other.data()[size - 1].id == chosen.data().back().id);
        if (!same || other.data().size() <= size) return;
        world_.fail("best_promoted", chosen.id().text + " was opened with " + std::to_string(size) +
                                         " writes although " + other.id().text + " holds " +
                                         std::to_string(other.data().size()));
    }

private:
    World& world_;
    std::map<NodeId, Instant> since_;
    bool accepted_ = false;
};

}  // namespace baton::simulation
