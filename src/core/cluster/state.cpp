#include "core/cluster/state.hpp"

#include <ranges>
#include <utility>

namespace baton::cluster {

const GroupState* State::group(const GroupId& group) const {
    const auto found = groups.find(group);
    return found == groups.end() ? nullptr : &found->second;
}

Duty State::duty_of(const NodeId& node) const {
    const auto found = nodes.find(node);
    return found == nodes.end() ? Duty::active : found->second.duty;
}

State form(ClusterId id, const Topology& topology,
           const std::map<NodeId, Incarnation>& incarnations) {
    State state;
    state.id = std::move(id);
    state.name = topology.name;
    state.settings = topology.settings;
    for (const Node& node : topology.nodes) {
        const auto incarnation = incarnations.find(node.id);
        state.nodes[node.id] = NodeState{
            node, incarnation == incarnations.end() ? Incarnation{} : incarnation->second,
            FencingTier::none, Incarnation{}, Duty::active, "", {}};
    }
    for (const Group& group : topology.groups) state.groups[group.id].declared = group;
    return state;
}

bool cut_off_since(const NodeState& node, EntryReference revocation) {
    return revocation.index.value > 0 && node.cut_off >= revocation.index;
}

LogIndex phase_began_at(const GroupState& group) {
    LogIndex began;
    for (const Decision& each : group.decisions | std::views::reverse) {
        if (each.phase != group.phase) break;
        began = each.index;
    }
    return began;
}

Topology topology_of(const State& state) {
    Topology topology{state.name, state.settings, {}, {}};
    for (const auto& [id, node] : state.nodes) topology.nodes.push_back(node.declared);
    for (const auto& [id, group] : state.groups) topology.groups.push_back(group.declared);
    return topology;
}

}  // namespace baton::cluster
