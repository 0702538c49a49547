#pragma once

/// What time it is since boot, read from the kernel: the one clock of deadlines.

#include "base/time.hpp"

#include <ctime>

namespace baton::adapters {

/// CLOCK_BOOTTIME now: it goes on during suspend, so a lease cannot outlive a
/// sleeping machine's belief in it.
[[nodiscard]] inline Instant boot_time() {
    timespec value{};
    ::clock_gettime(CLOCK_BOOTTIME, &value);
    return Instant{std::chrono::seconds{value.tv_sec} + std::chrono::nanoseconds{value.tv_nsec}};
}

}  // namespace baton::adapters
