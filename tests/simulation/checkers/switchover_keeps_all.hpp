#pragma once

/// Whoever is opened by a planned switchover holds everything its predecessor
/// held when it closed. A predecessor that restarted since knows nothing.

#include "core/cluster/state.hpp"
#include "simulation/checkers/checker.hpp"
#include "simulation/redis_model.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>

namespace baton::simulation {

class SwitchoverKeepsAll : public Checker {
public:
    explicit SwitchoverKeepsAll(World& world) : Checker(world, "switchover_keeps_all") {}

    void applied(const cluster::GroupState& group) {
        if (!holders_.try_emplace(group.epoch, group.primary).second) return;
        const bool planned = std::ranges::any_of(group.decisions, [&](const auto& each) {
            return each.epoch == group.epoch && each.rule == "switchover.finish";
        });
        if (planned) planned_.insert(group.epoch);
    }
    /// The predecessor at `epoch`, if a switchover that has not been judged
    /// yet led to `chosen`; else nobody.
    [[nodiscard]] InstanceId predecessor(const InstanceId& chosen) const {
        if (holders_.empty() || holders_.rbegin()->second != chosen) return {};
        const Epoch epoch = holders_.rbegin()->first;
        if (!planned_.contains(epoch)) return {};
        const auto before = holders_.find(Epoch{epoch.value - 1});
        return before == holders_.end() ? InstanceId{} : before->second;
    }
    void opened(const RedisModel& chosen, const RedisModel& predecessor) {
        planned_.erase(holders_.rbegin()->first);
        judged();
        ++switchovers_;
        const auto& old = predecessor.data();
        if (!predecessor.alive() || old.empty()) return;
        const bool kept =
            chosen.data().size() >= old.size() && chosen.data()[old.size() - 1].id == old.back().id;
        if (kept) return;
        fail(chosen.id().text + " took over from " + predecessor.id().text +
             " by a switchover with " + std::to_string(chosen.data().size()) + " writes of " +
             std::to_string(old.size()));
    }
    [[nodiscard]] std::uint64_t switchovers() const { return switchovers_; }

private:
    std::map<Epoch, InstanceId> holders_;
    std::set<Epoch> planned_;  ///< Begun by a switchover, and not opened yet.
    std::uint64_t switchovers_ = 0;
};

}  // namespace baton::simulation
