#pragma once

/// Chance as a parameter. The same seed gives the same numbers on every
/// machine, which is what lets a failing simulation be replayed.

#include "base/time.hpp"

#include <cstdint>

namespace baton {

/// SplitMix64 (Steele, Lea, Flood 2014): small, fast, good enough for timeouts
/// and simulated faults; never for secrets.
class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    [[nodiscard]] std::uint64_t next() {
        std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
        return z ^ (z >> 31U);
    }

    /// Uniform in [0, bound). `bound` must be positive.
    [[nodiscard]] std::uint64_t below(std::uint64_t bound) { return next() % bound; }

    /// Uniform in [low, high].
    [[nodiscard]] Duration between(Duration low, Duration high) {
        const auto span = static_cast<std::uint64_t>((high - low).count()) + 1;
        return low + Duration{static_cast<std::int64_t>(below(span))};
    }

    /// True once in `n` calls on average. `n` must be positive.
    [[nodiscard]] bool one_in(std::uint64_t n) { return below(n) == 0; }

    /// An independent stream, so that adding a draw in one place does not
    /// change every draw elsewhere.
    [[nodiscard]] Random fork() { return Random{next()}; }

private:
    std::uint64_t state_;
};

}  // namespace baton
