#pragma once

/// The port to time and ordering: one thread's event loop. Everything the
/// runtime does happens in calls made by its loop, one at a time, so runtime
/// code needs no lock. The simulator implements it under virtual time.

#include "base/time.hpp"

#include <cstdint>
#include <functional>

namespace baton {

using TimerId = std::uint64_t;  ///< 0 is never used.

class Loop {
public:
    virtual ~Loop() = default;

    /// CLOCK_BOOTTIME now, read anew at each call.
    [[nodiscard]] virtual Instant now() = 0;
    /// Milliseconds since 1970 UTC, for people only.
    [[nodiscard]] virtual std::int64_t wall_milliseconds() = 0;

    /// Calls `action` on this loop at `when`, or as soon as possible after.
    virtual TimerId at(Instant when, std::function<void()> action) = 0;
    /// A cancelled or past timer never fires; cancelling twice is harmless.
    virtual void cancel(TimerId timer) = 0;
    /// Calls `action` on this loop soon, after the current call. The only
    /// member that may be called from another thread.
    virtual void post(std::function<void()> action) = 0;
};

}  // namespace baton
