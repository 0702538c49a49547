#pragma once

/// Tries everything that may happen in a small world, nearest worlds first, and
/// answers whether one of them is broken, by which shortest way, and how many
/// different worlds there are. Worlds are told apart by a fingerprint of 64
/// bits: among a million of them, two are confused with a chance of 1 in 10^7.

#include "exhaustive/lease/scene.hpp"

#include <cstddef>
#include <string>

namespace baton::exhaustive {

struct Exploration {
    std::size_t worlds = 0;
    std::string counterexample;  ///< As a story, one line per event; empty: there is none.
};

[[nodiscard]] Exploration explore(const Scene& scene);

}  // namespace baton::exhaustive
