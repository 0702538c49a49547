#pragma once

/// A whole cluster with real servers on this machine, in one directory, for
/// trying out, demonstrations and tests. Each node gets a loopback address of
/// its own, so that fronts listen on the same port everywhere. No root needed.

#include "cli/programs.hpp"

namespace baton::playground {

/// Makes the cluster if `directory` has none, starts the nodes that do not
/// run, and returns when every group is steady. Exit codes: 0 steady, 1 it did
/// not become so (says why), 2 the options or the cluster file are bad.
[[nodiscard]] int up(const cli::PlaygroundOptions& options);

/// Ends every node with its servers. Safe to repeat. 0 when nothing runs.
[[nodiscard]] int down(const cli::PlaygroundOptions& options);

/// Which nodes run and what their groups do. 0 when every group is steady.
[[nodiscard]] int status(const cli::PlaygroundOptions& options);

}  // namespace baton::playground
