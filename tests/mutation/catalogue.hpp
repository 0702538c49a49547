#pragma once

/// The mutants that are woven into this program, and which checker of the
/// simulation has to see each. Knows them by name; weave.py writes the table.

#include <cstdint>
#include <span>
#include <string_view>

namespace baton::mutation {

struct Mutant {
    std::string_view name;
    std::uint32_t number = 0;   ///< What woven sources ask for.
    std::string_view checkers;  ///< With commas; empty: another program has to notice.
    std::uint64_t first_seed = 0;
    std::uint64_t last_seed = 0;
    std::string_view theme;  ///< Of the faults; empty: by the seed.
};

[[nodiscard]] std::span<const Mutant> catalogue();

/// Switches the mutant on; null: there is none of that name.
const Mutant* choose(std::string_view name);

}  // namespace baton::mutation
