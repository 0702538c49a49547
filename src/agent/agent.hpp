#pragma once

/// The daemon: reads the cluster file, wires adapters to the runtime, runs.
/// Started by hand it becomes the guard, which starts it again underneath.

#include "cli/programs.hpp"

namespace baton::agent {

/// Runs until SIGTERM or SIGINT, or until its log cannot be written any more. Exit
/// codes: 0 ended as asked, 1 could not start or go on (the guard tries again), 2 the
/// configuration is bad.
[[nodiscard]] int run(const cli::AgentOptions& options);

}  // namespace baton::agent
