#pragma once

/// Is this mutant switched on? Woven sources ask; by default nobody is, and
/// they behave as the product does. In no program but those of tests/mutation.

#include <cstdint>

namespace baton::mutation {

/// The number of the one that is on. Written once, before anything woven runs:
/// the code that asks has nobody who could hand it down.
inline std::uint32_t chosen = 0;

/// Not constexpr: a constant initialiser would then be taken for the product's.
[[nodiscard]] inline bool active(std::uint32_t mutant) {
    return chosen == mutant;
}

}  // namespace baton::mutation
