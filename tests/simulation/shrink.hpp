#pragma once

/// The smaller schedule that still fails, by delta debugging (Zeller and
/// Hildebrandt 2002): faults are left out in ever smaller pieces, then each
/// that remains is made shorter. Knows nothing of clusters.

#include "simulation/fault.hpp"

#include <cstddef>
#include <functional>

namespace baton::simulation {

using Fails = std::function<bool(const Schedule&)>;

/// `schedule` fails; so does what is returned. Tries at most `tries_max` others.
[[nodiscard]] Schedule shrink(Schedule schedule, const Fails& fails, std::size_t tries_max);

}  // namespace baton::simulation
