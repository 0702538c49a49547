#pragma once

/// Who goes first on a busy machine: the few threads that a lease or a death must
/// not wait for, and nothing else.

namespace baton {

/// From now on the calling thread runs before ordinary ones (real time, the lowest
/// priority); threads and processes that it starts do not. False where the machine
/// does not permit it: without privilege that takes RLIMIT_RTPRIO of at least 1.
bool run_first();

}  // namespace baton
