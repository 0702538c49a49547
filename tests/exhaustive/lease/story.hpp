#pragma once

/// Tells what happened in a small world as sentences, one line per event with
/// the time that passed before it. For people; decides nothing.

#include "exhaustive/lease/action.hpp"
#include "exhaustive/lease/scene.hpp"

#include <string>
#include <vector>

namespace baton::exhaustive {

[[nodiscard]] std::string tell(const Scene& scene, const std::vector<Action>& actions);

}  // namespace baton::exhaustive
