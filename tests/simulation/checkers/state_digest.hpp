#pragma once

/// Nodes that applied the same entries hold the same state.

#include "runtime/view.hpp"
#include "simulation/world.hpp"

#include <map>

namespace baton::simulation {

class StateDigest {
public:
    explicit StateDigest(World& world) : world_(world) {}

    void seen(const NodeId& node, const runtime::MemberView& view) {
        if (!view.state) return;
        LogIndex& last = applied_[node];
        if (last == view.applied) return;
        last = view.applied;
        const std::uint64_t digest = cluster::digest(*view.state);
        const auto [place, first] = digests_.try_emplace(view.applied, digest);
        if (first || place->second == digest) return;
        world_.fail("state_digest", node.text + " holds another state than others after entry " +
                                        std::to_string(view.applied.value));
    }

private:
    World& world_;
    std::map<NodeId, LogIndex> applied_;
    std::map<LogIndex, std::uint64_t> digests_;
};

}  // namespace baton::simulation
