#pragma once

/// The keeper: one small process per server, between the guard and the server,
/// whose end proves that nothing of the server is left.
///
///     guard ── keeper ── server ── its children, wherever they fork to
///
/// It is a child subreaper: a descendant that loses its parent, also one that
/// called setsid, becomes the keeper's child, so waitpid answers ECHILD only
/// when no descendant exists. Then it writes its pid to `Ending::emptied_by`
/// and exits. It ends the others with SIGKILL as soon as the first process of
/// the server ended (a server must stay in the foreground), the guard died, or
/// SIGTERM told it to. It never starts anything twice and never decides when.

#include "guard/memory.hpp"
#include "guard/protocol.hpp"

#include <sys/types.h>

#include <cstdint>

namespace baton::guard {

/// How far the start of a server got.
enum class Step : std::int32_t {
    forked,  ///< `value` is the pid of the server's first process.
    log_file,
    user,
    directory,
    execute,
    fork,
};

/// One record in the pipe from a starting server to the guard. The pipe ends
/// without a failure record when the program runs.
struct StartReport {
    Step step;
    std::int32_t value;  ///< errno, except for `forked`.
};

struct StartedKeeper {
    pid_t pid = -1;    ///< -1: errno says why.
    int reports = -1;  ///< Non-blocking read end of the pipe of `StartReport`s.
};

/// What a keeper takes over from the guard.
struct KeeperNeeds {
    Ending* ending = nullptr;  ///< In shared memory.
    int lock = -1;             ///< Held open, so that the directory stays locked while it lives.
    int oom_score = 0;         ///< What the server gets, unlike guard and keeper.
};

[[nodiscard]] StartedKeeper start_keeper(const Program& program, const KeeperNeeds& needs);

/// Undoes what a child must not inherit from the guard: signal mask and
/// dispositions, and the protection from the out-of-memory killer.
void shed_protection(int oom_score);

}  // namespace baton::guard
