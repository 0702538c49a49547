#pragma once

/// What the guard needs around it before it may start anything: the shared
/// memory, the directory lock, signals as a descriptor, and as much protection
/// from being swapped out, outscheduled or killed as its privileges allow.
/// Refuses to start beside another guard or the last processes of a dead one.

#include "guard/guard.hpp"
#include "guard/memory.hpp"

namespace baton::guard {

/// Open for the life of the process; every descriptor closes at exec.
struct Surroundings {
    Memory* memory = nullptr;
    int memory_descriptor = -1;
    int proc = -1;      ///< The directory /proc.
    int lock = -1;      ///< Held, by the keepers too.
    int signals = -1;   ///< SIGCHLD, SIGTERM, SIGINT and SIGHUP; all are blocked.
    int oom_score = 0;  ///< What it was before the guard protected itself.
};

/// False after saying why the guard cannot start and what to do.
[[nodiscard]] bool prepare(const Options& options, Surroundings& surroundings);

}  // namespace baton::guard
