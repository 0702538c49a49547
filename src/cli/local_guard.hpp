#pragma once

/// The guard of a node, if that node runs on this machine. It is found by the
/// lock it holds in the node's directory, never by name, and it can be asked for
/// one thing: to restart its agent. Refuses a guard of another node.

#include "base/result.hpp"

#include <string>

namespace baton::cli {

/// Pid of the guard of `node` whose directory is `directory`. Errors: refused
/// when none runs here, or that of another node.
[[nodiscard]] Result<int> local_guard(const std::string& node, const std::string& directory);

/// Asks it to end its agent, a frozen one too, and to start the next one.
/// Errors: refused, when it may not be asked by this user.
[[nodiscard]] Result<void> ask_for_new_agent(int guard);

}  // namespace baton::cli
