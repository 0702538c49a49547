#pragma once

/// Entries of equal index and term are equal on every disk, and so are their
/// predecessors (Raft §5.3), whatever was overwritten in between.

#include "core/raft/message.hpp"
#include "simulation/checkers/checker.hpp"

#include <map>
#include <optional>
#include <utility>

namespace baton::simulation {

class LogMatching : public Checker {
public:
    explicit LogMatching(World& world) : Checker(world, "log_matching") {}

    /// `before`: the term of the entry in front, where that disk still knows it.
    void written(const raft::Entry& entry, std::optional<Term> before) {
        judged();
        Known fresh{entry, before};
        const auto [place, first] = known_.try_emplace({entry.index, entry.term}, fresh);
        Known& known = place->second;
        const bool same_before = !before || !known.before || *before == *known.before;
        if (!known.before) known.before = before;
        if (first || (known.entry == entry && same_before)) return;
        fail("two entries at index " + std::to_string(entry.index.value) + " of term " +
             std::to_string(entry.term.value) +
             (same_before ? " differ" : " have different predecessors"));
    }

private:
    struct Known {
        raft::Entry entry;
        std::optional<Term> before;
    };

    std::map<std::pair<LogIndex, Term>, Known> known_;
};

}  // namespace baton::simulation
