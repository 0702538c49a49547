#pragma once

/// How soon a dead agent is started again. A lease lasts less than a second, so
/// a pause after an agent that worked would cost the role of every primary on the
/// node; an agent that cannot start must not keep a processor busy. Hence a store
/// of restarts: at once while there are any, and one more comes in each second.

#include "guard/processes.hpp"

#include <algorithm>
#include <cstdint>

namespace baton::guard {

inline constexpr std::int64_t restarts_max = 10;
inline constexpr std::int64_t restart_interval = second;

class Restarts {
public:
    /// Takes one restart out of the store; answers when it may happen, not
    /// before `now`. Instants do not go back.
    [[nodiscard]] std::int64_t take(std::int64_t now) {
        // Full when the next one was due a whole store ago.
        next_ = std::max(next_, now - (restarts_max - 1) * restart_interval);
        const std::int64_t due = std::max(now, next_);
        next_ += restart_interval;
        return due;
    }

private:
    std::int64_t next_ = INT64_MIN / 2;  ///< When an empty store would hold one again.
};

}  // namespace baton::guard
