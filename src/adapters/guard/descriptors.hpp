#pragma once

/// What the agent inherited from its guard: a socket and shared memory. Answers
/// whether there is a guard at all, and maps the memory; refuses descriptors
/// that are not what they should be, and memory of another version.

#include "base/result.hpp"
#include "guard/memory.hpp"

#include <memory>

namespace baton::adapters {

struct Inherited {
    int socket = -1;  ///< Non-blocking; closes at exec; never closed by the agent.
    /// Shared: the guard's two ends live and die independently of each other.
    std::shared_ptr<guard::Memory> memory;
};

/// Works once per process: it removes the variables, so that no child of the
/// agent takes itself for the guard's agent. Errors: refused.
[[nodiscard]] Result<Inherited> inherited_from_guard();

}  // namespace baton::adapters
