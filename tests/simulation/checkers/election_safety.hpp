#pragma once

/// At most one leader in each term (Raft §5.2), over the whole run.

#include "core/raft/status.hpp"
#include "simulation/checkers/checker.hpp"

#include <map>

namespace baton::simulation {

class ElectionSafety : public Checker {
public:
    explicit ElectionSafety(World& world) : Checker(world, "election_safety") {}

    void seen(const NodeId& node, const raft::Status& status) {
        if (status.role != raft::Role::leader) return;
        judged();
        const auto [place, first] = leaders_.try_emplace(status.term, node);
        if (first || place->second == node) return;
        fail(place->second.text + " and " + node.text + " both lead term " +
             std::to_string(status.term.value));
    }
    [[nodiscard]] std::size_t terms() const { return leaders_.size(); }

private:
    std::map<Term, NodeId> leaders_;
};

}  // namespace baton::simulation
