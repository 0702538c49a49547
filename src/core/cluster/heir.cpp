#include "core/cluster/heir.hpp"

#include <set>

namespace baton::cluster {

namespace {

std::set<NodeId> holders_of_primaries(const State& state) {
    std::set<NodeId> holders;
    for (const auto& [id, group] : state.groups) {
        const Instance* primary = group.declared.find(group.primary);
        if (primary != nullptr) holders.insert(primary->node);
    }
    return holders;
}

}  // namespace

NodeId heir(const State& state, const std::map<NodeId, LogIndex>& voters) {
    NodeId best;
    LogIndex most;
    for (const auto& [node, holds] : voters) {
        if (state.duty_of(node) != Duty::active) continue;
        if (best && holds <= most) continue;
        best = node;
        most = holds;
    }
    return best;
}

std::vector<NodeId> without_primary(const State& state, const NodeId& leader,
                                    const std::vector<NodeId>& voters) {
    std::vector<NodeId> found;
    const std::set<NodeId> holders = holders_of_primaries(state);
    if (!holders.contains(leader)) return found;
    for (const NodeId& voter : voters) {
        if (!holders.contains(voter)) found.push_back(voter);
    }
    return found;
}

}  // namespace baton::cluster
