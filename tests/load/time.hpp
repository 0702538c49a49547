#pragma once

/// Which clock measures an outage: CLOCK_MONOTONIC, as std::chrono offers it.
/// The load client runs beside baton and shares no clock abstraction with it.

#include <chrono>

namespace baton::load {

using Clock = std::chrono::steady_clock;
using Instant = Clock::time_point;
using Duration = std::chrono::nanoseconds;

[[nodiscard]] inline double milliseconds(Duration duration) {
    return std::chrono::duration<double, std::milli>(duration).count();
}

}  // namespace baton::load
