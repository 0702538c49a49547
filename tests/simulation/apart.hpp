#pragma once

/// A seed in a process of its own, so that an invariant that aborts is an
/// answer like any other, and the next try begins clean.

#include "simulation/seed_run.hpp"

#include <string>

namespace baton::simulation {

/// The property that the invariants of baton itself stand for.
inline constexpr const char* invariant = "invariant";

struct Verdict {
    std::string broken;  ///< As in `SeedResult::broken`.
    Schedule struck;     ///< Up to that moment.
};

[[nodiscard]] Verdict run_apart(SeedOptions options);

}  // namespace baton::simulation
