#pragma once

/// The guards of a playground: starting them in the background, finding them
/// again, ending them. A guard is found by the lock it holds, never by name.

#include "base/result.hpp"
#include "base/time.hpp"

#include <string>

namespace baton::playground {

/// Pid of the guard that holds `<node_directory>/guard.lock`; 0: none runs.
[[nodiscard]] int guard_pid(const std::string& node_directory);

/// Pid of the agent under a guard; 0: it is being started right now.
[[nodiscard]] int agent_pid(int guard);

/// Starts `baton agent` for a node in the background; output goes to
/// `<node_directory>/agent.log`.
[[nodiscard]] Result<void> start_node(const std::string& config, const std::string& node,
                                      const std::string& node_directory);

/// Ends a guard with everything under it: SIGTERM, then SIGKILL after `patience`.
void end_guard(int guard, Duration patience);

}  // namespace baton::playground
