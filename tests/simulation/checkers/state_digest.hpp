#pragma once

/// Nodes that applied the same entries hold the same state.

#include "runtime/view.hpp"
#include "simulation/checkers/checker.hpp"

#include <map>

namespace baton::simulation {

class StateDigest : public Checker {
public:
    explicit StateDigest(World& world) : Checker(world, "state_digest") {}

    void seen(const NodeId& node, const runtime::MemberView& view) {
        if (!view.state) return;
        LogIndex& last = applied_[node];
        if (last == view.applied) return;
        last = view.applied;
        judged();
        const std::uint64_t digest = cluster::digest(*view.state);
        const auto [place, first] = digests_.try_emplace(view.applied, digest);
        if (first || place->second == digest) return;
        fail(node.text + " holds another state than others after entry " +
             std::to_string(view.applied.value));
    }

private:
    std::map<NodeId, LogIndex> applied_;
    std::map<LogIndex, std::uint64_t> digests_;
};

}  // namespace baton::simulation
