#pragma once

/// One seed, one run: cold start, faults, repair, recovery, judgement.

#include "simulation/fault.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace baton::simulation {

struct SeedOptions {
    std::uint64_t seed = 1;
    std::uint64_t seconds = 30;
    std::size_t nodes = 3;
    bool verbose = false;
    std::optional<std::string> theme{};  ///< Empty: by the seed.
    std::optional<Schedule> schedule{};  ///< Empty: drawn from the seed.
    /// Told of each fault, before it is carried out.
    std::function<void(const Fault&)> struck{};
};

struct SeedResult {
    std::string theme;
    std::string broken;  ///< Empty: all properties held.
    std::deque<std::string> last_notes;
    std::uint64_t digest = 0;
    std::uint64_t events = 0;
    Schedule struck;  ///< The faults, as they can be replayed.
    std::uint64_t promotions = 0;
    std::uint64_t acknowledged = 0;
    std::uint64_t lost = 0;
    std::uint64_t lost_confirmed = 0;  ///< Of those that `WAIT 1` confirmed.
    std::uint64_t switchovers = 0;     ///< Completed, and judged to have kept everything.
    std::uint64_t accepted_losses = 0;
    Duration simulated{0};
    Duration recovery{0};  ///< From the last fault's end until the group was steady.
    /// Times without an acknowledgement through the fronts, from `gap_min`.
    std::vector<Duration> gaps;
    std::map<std::string, std::uint64_t> judgements;  ///< How often each property was judged.
};

/// Shorter times between two acknowledgements are no outage: a retransmission is longer.
inline constexpr Duration gap_min = std::chrono::milliseconds{50};

[[nodiscard]] SeedResult run_seed(const SeedOptions& options);

/// The name of the checker in `broken`; empty if all properties held.
[[nodiscard]] std::string property_of(const std::string& broken);

/// The whole result in one line.
[[nodiscard]] std::string to_text(const SeedOptions& options, const SeedResult& result);

/// Seeds from `first` up to `end`, which is not included.
struct SeedRange {
    std::uint64_t first = 0;
    std::uint64_t end = 0;
};

/// "A..B", both included; an empty range if the text is something else.
[[nodiscard]] SeedRange seeds_in(const std::string& text);

}  // namespace baton::simulation
