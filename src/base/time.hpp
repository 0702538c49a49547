#pragma once

/// Time as a value. Nothing here reads a clock: instants come from the clock
/// port (`ports/clock.hpp`) and travel as parameters.
///
/// The clock behind an `Instant` counts nanoseconds since boot and includes
/// suspend (CLOCK_BOOTTIME). Instants of different machines are never compared;
/// only their rates are assumed to agree, to within 0.1 %.

#include <chrono>
#include <compare>
#include <cstdint>

namespace baton {

using Duration = std::chrono::nanoseconds;

struct Instant {
    Duration since_boot{0};

    friend constexpr auto operator<=>(const Instant&, const Instant&) = default;
    friend constexpr Instant operator+(Instant at, Duration by) { return {at.since_boot + by}; }
    friend constexpr Instant operator-(Instant at, Duration by) { return {at.since_boot - by}; }
    friend constexpr Duration operator-(Instant to, Instant from) {
        return to.since_boot - from.since_boot;
    }

    /// Before every instant a clock can show.
    [[nodiscard]] static constexpr Instant never() { return {Duration::min() / 4}; }
    /// After every instant a clock can show.
    [[nodiscard]] static constexpr Instant forever() { return {Duration::max() / 4}; }
};

/// Whole milliseconds, rounded toward zero, for messages and JSON.
[[nodiscard]] constexpr std::int64_t whole_milliseconds(Duration duration) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

}  // namespace baton
