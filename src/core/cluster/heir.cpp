#include "core/cluster/heir.hpp"

namespace baton::cluster {

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

}  // namespace baton::cluster
