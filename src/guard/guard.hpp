#pragma once

/// The guard: the parent of a node's agent and of every server on it. It keeps
/// three promises, and does nothing else:
///   1. A server whose deadline in shared memory passes is killed with all its
///      descendants, also while the agent is dead, frozen or busy.
///   2. `gone` is said of a server only when no descendant of it exists.
///   3. If the guard dies, the agent and every server die with it.
/// It also respawns a dead agent at once, which finds its servers running; on
/// SIGHUP it ends the agent, a frozen one too, and does the same.
/// It knows no group, role or epoch, reads no file of the cluster, listens on no
/// address and needs no privilege (those it can have, it uses: memory lock,
/// real-time priority, protection from the out-of-memory killer).

#include <string>
#include <vector>

namespace baton::guard {

inline constexpr int exit_cannot_start = 1;

struct Options {
    std::string node;                ///< For messages.
    std::vector<std::string> agent;  ///< argv; [0] an absolute path, opened anew at each start.
    std::string agent_log;           ///< Its stdout and stderr, appended; empty: the guard's own.
    std::string directory;           ///< Must exist; its `guard.lock` names guard and node.
};

/// Runs until SIGTERM or SIGINT (agent and servers are asked to end, then
/// killed; a second signal kills at once), or until the agent exits with code
/// 2, bad configuration, while no server runs. Answers the exit code: 0 ended
/// as asked, 1 could not start, 2 the agent's configuration is bad.
/// The calling process must have one thread and no children.
[[nodiscard]] int run(const Options& options);

}  // namespace baton::guard
