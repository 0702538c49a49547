#pragma once

/// When a primary has to be closed on its own node: the margins of the fencing
/// ladder. The agent closes softly first; the guard kills what is still open
/// at its own, later, margin.

#include "base/time.hpp"

#include <chrono>

namespace baton::lease {

/// Before the lease's end the guard kills the server. Covers the guard's own
/// wake-up delay and the kill. How late it was is measured and shown.
inline constexpr Duration guard_margin = std::chrono::milliseconds{150};

/// Before the lease's end the agent closes the server itself, so that a brief
/// loss of the majority costs no process.
inline constexpr Duration agent_margin = std::chrono::milliseconds{250};

/// Before the lease's end the kernel drops the server's packets. Half of it is
/// for a call into the kernel that was held up, a third for the kernel's timer.
inline constexpr Duration kernel_margin = std::chrono::milliseconds{10};

[[nodiscard]] constexpr Instant agent_closes_at(Instant lease_end) {
    return lease_end - agent_margin;
}
[[nodiscard]] Instant guard_kills_at(Instant lease_end);
[[nodiscard]] constexpr Instant kernel_drops_at(Instant lease_end) {
    return lease_end - kernel_margin;
}

/// Before the kernel drops packets although the lease goes on, because it was told
/// too late, the agent closes the server itself. Shorter than the agent's margin: the
/// kernel is not told of every extension.
inline constexpr Duration kernel_notice = std::chrono::milliseconds{100};

/// The lease that ends as early as that: with it the agent closes in time.
[[nodiscard]] constexpr Instant lease_end_behind(Instant kernel_drops) {
    return kernel_drops - kernel_notice + agent_margin;
}

}  // namespace baton::lease
