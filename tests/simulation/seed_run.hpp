#pragma once

/// One seed, one run: cold start, faults, repair, recovery, judgement.

#include "base/time.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace baton::simulation {

struct SeedOptions {
    std::uint64_t seed = 1;
    std::uint64_t seconds = 30;
    std::size_t nodes = 3;
    bool verbose = false;
    std::optional<std::string> theme{};  ///< Empty: by the seed.
};

struct SeedResult {
    std::string theme;
    std::string broken;  ///< Empty: all properties held.
    std::deque<std::string> last_notes;
    std::uint64_t digest = 0;
    std::uint64_t events = 0;
    std::uint64_t faults = 0;
    std::uint64_t promotions = 0;
    std::uint64_t acknowledged = 0;
    std::uint64_t lost = 0;
    std::uint64_t lost_confirmed = 0;  ///< Of those that `WAIT 1` confirmed.
    std::uint64_t switchovers = 0;     ///< Completed, and judged to have kept everything.
    std::uint64_t accepted_losses = 0;
};

[[nodiscard]] SeedResult run_seed(const SeedOptions& options);

}  // namespace baton::simulation
