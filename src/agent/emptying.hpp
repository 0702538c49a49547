#pragma once

/// Takes a server's data out of its directory while it does not run. What baton
/// itself wrote there, the configuration and the log, stays.

#include "base/result.hpp"
#include "ports/guard.hpp"

namespace baton::agent {

/// Quick however much there is: it is moved aside, and removed on a thread of its
/// own, which a later call completes if the agent ends before. Errors:
/// unavailable, naming path and reason; then some of it may be moved already.
[[nodiscard]] Result<void> empty_directory(const Launch& launch);

}  // namespace baton::agent
