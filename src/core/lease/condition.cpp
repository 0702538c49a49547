#include "core/lease/condition.hpp"

namespace baton::lease {

Condition judge_condition(const cluster::State& state, const NodeId& node,
                          const cluster::InstanceReports& servers) {
    Condition found{TierState::absent, "no replicated group has its primary here"};
    for (const auto& [id, group] : state.groups) {
        if (group.declared.durability != cluster::Durability::replicated) continue;
        const cluster::Instance* primary = group.declared.find(group.primary);
        if (primary == nullptr || primary->node != node) continue;
        const auto server = servers.find(group.primary);
        const bool open = server != servers.end() && server->second.opened == group.epoch;
        if (!open) continue;
        if (!server->second.needs_standbys) {
            return {TierState::unverified, "instance '" + group.primary.text +
                                               "' does not say that its writes take standbys"};
        }
        found = {TierState::verified, ""};
    }
    return found;
}

}  // namespace baton::lease
