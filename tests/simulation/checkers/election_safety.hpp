#pragma once

/// At most one leader in each term (Raft §5.2), over the whole run.

#include "core/raft/status.hpp"
#include "simulation/world.hpp"

#include <map>

namespace baton::simulation {

class ElectionSafety {
public:
    explicit ElectionSafety(World& world) : world_(world) {}

    void seen(const NodeId& node, const raft::Status& status) {
        if (status.role != raft::Role::leader) return;
        const auto [place, first] = leaders_.try_emplace(status.term, node);
        if (first || place->second == node) return;
        world_.fail("election_safety", place->second.text + " and " + node.text +
                                           " both lead term " + std::to_string(status.term.value));
    }
    [[nodiscard]] std::size_t terms() const { return leaders_.size(); }

private:
    World& world_;
    std::map<Term, NodeId> leaders_;
};

}  // namespace baton::simulation
