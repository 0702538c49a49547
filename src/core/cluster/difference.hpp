#pragma once

/// What a new declaration would change, in sentences, and what of it is
/// refused, with the reason. The same judgement shows the plan of
/// `config apply` and guards the command that carries it out.

#include "base/result.hpp"
#include "core/cluster/state.hpp"

#include <string>
#include <vector>

namespace baton::cluster {

struct Change {
    std::string what;     ///< One sentence, old value before new.
    std::string refused;  ///< Empty, or why it is refused and what to do instead.

    friend bool operator==(const Change&, const Change&) = default;
};

/// Every difference between what is declared and `wanted`: cluster, nodes,
/// groups, in the order of their names. Empty: nothing would change.
[[nodiscard]] std::vector<Change> differences(const State& state, const Topology& wanted);

/// Whether a declaration makes sense by itself: names, nodes that exist, ports
/// that do not collide. Errors: invalid, naming the first thing wrong.
[[nodiscard]] Result<void> check_soundness(const Topology& topology);

/// Errors: invalid (not sound), refused (every refused change and its reason).
[[nodiscard]] Result<void> may_declare(const State& state, const Topology& wanted);

}  // namespace baton::cluster
