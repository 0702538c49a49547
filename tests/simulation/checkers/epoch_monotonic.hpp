#pragma once

/// Epochs are never reused and never go back: one epoch is one appointment of
/// one instance, on every node.

#include "core/cluster/state.hpp"
#include "simulation/checkers/checker.hpp"

#include <map>
#include <utility>

namespace baton::simulation {

class EpochMonotonic : public Checker {
public:
    explicit EpochMonotonic(World& world) : Checker(world, "epoch_monotonic") {}

    /// `node` has just been started: it replays its log.
    void restarted(const NodeId& node) {
        std::erase_if(applied_, [&](const auto& item) { return item.first.first == node; });
    }

    void applied(const NodeId& node, const cluster::State& state) {
        for (const auto& [id, group] : state.groups) {
            const auto known = applied_.find({node, id});
            if (known != applied_.end() && known->second == group.epoch) continue;
            judged();
            if (known != applied_.end() && group.epoch < known->second) {
                fail(node.text + " went back to epoch " + std::to_string(group.epoch.value));
            }
            applied_[{node, id}] = group.epoch;
            const auto [place, first] = holders_.try_emplace({id, group.epoch}, group.primary);
            if (!first && place->second != group.primary) {
                fail("epoch " + std::to_string(group.epoch.value) + " was given to both " +
                     place->second.text + " and " + group.primary.text);
            }
        }
    }

private:
    std::map<std::pair<NodeId, GroupId>, Epoch> applied_;
    std::map<std::pair<GroupId, Epoch>, InstanceId> holders_;
};

}  // namespace baton::simulation
