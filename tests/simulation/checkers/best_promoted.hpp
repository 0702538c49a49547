#pragma once

/// Nobody is opened while another server that was there all the time holds
/// the same history and more, unless an operator accepted that. Who is not declared,
/// or has priority 0, is never chosen, so nobody is compared with those. "There"
/// means running, on a node that has been in touch with a majority and with whoever
/// led, over an undisturbed network for a second: longer than any wait for positions.
/// A leader that another voter should replace, who hears more, is no excuse. Equal
/// writes do not make equal histories: what a server holds of an earlier
/// primary's, beyond the place where a later one opened, is over.

#include "simulation/checkers/checker.hpp"
#include "simulation/redis_model.hpp"

#include <cstddef>
#include <map>
#include <string>

namespace baton::simulation {

class BestPromoted : public Checker {
public:
    explicit BestPromoted(World& world) : Checker(world, "best_promoted") {}

    void in_touch(const NodeId& node, bool yes) {
        if (!yes) {
            since_.erase(node);
        } else {
            since_.try_emplace(node, now());
        }
    }

    /// A primary began a history of its own, later than all others.
    void began(const RedisModel& chosen) { order_.try_emplace(chosen.history(), order_.size()); }

    void opened(const RedisModel& chosen, const RedisModel& other) {
        const auto since = since_.find(other.node());
        const bool there = other.alive() && !other.frozen() && since != since_.end() &&
                           now() - std::max(since->second, other.running_since()) > seconds{1};
        if (&chosen == &other || !there) return;
        judged();
        const std::size_t size = chosen.data().size();
        if (earlier(other.history(), chosen.previous_history())) return;
        const bool same = size == 0 || (other.data().size() > size &&
                                        other.data()[size - 1].id == chosen.data().back().id);
        if (!same || other.data().size() <= size) return;
        fail(chosen.id().text + " was opened with " + std::to_string(size) + " writes although " +
             other.id().text + " holds " + std::to_string(other.data().size()));
    }

private:
    [[nodiscard]] bool earlier(const std::string& one, const std::string& another) const {
        const auto first = order_.find(one);
        const auto second = order_.find(another);
        return first != order_.end() && second != order_.end() && first->second < second->second;
    }

    std::map<std::string, std::size_t> order_;
    std::map<NodeId, Instant> since_;
};

}  // namespace baton::simulation
