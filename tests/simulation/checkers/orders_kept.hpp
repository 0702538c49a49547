#pragma once

/// An operator who was told that an order is accepted, and by which entry of the
/// log, was told the truth: whoever has applied that entry holds the order.

#include "core/cluster/state.hpp"
#include "simulation/checkers/checker.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace baton::simulation {

class OrdersKept : public Checker {
public:
    explicit OrdersKept(World& world) : Checker(world, "orders_kept") {}

    /// `rule`: how the group's decisions call it.
    void accepted(LogIndex entry, std::string rule) {
        waiting_.emplace_back(entry, std::move(rule));
    }
    /// Some node has applied the log up to `last`.
    void applied(const cluster::GroupState& group, LogIndex last) {
        std::erase_if(waiting_, [&](const auto& order) {
            const auto& [entry, rule] = order;
            if (entry > last) return false;
            judged();
            const bool kept = std::ranges::any_of(group.decisions, [&](const auto& each) {
                return each.index == entry && each.rule == rule;
            });
            if (!kept) {
                fail("an operator was told that entry " + std::to_string(entry.value) + " is his " +
                     rule + " of group " + group.declared.id.text + ", and it is not");
            }
            return true;
        });
    }

private:
    std::vector<std::pair<LogIndex, std::string>> waiting_;
};

}  // namespace baton::simulation
