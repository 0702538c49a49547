#pragma once

/// What a member does in rounds: when it did so last, and when it will at the latest.

#include "base/time.hpp"

namespace baton::runtime {

struct Rounds {
    Instant published = Instant::never();
    Instant beaten = Instant::never();
    Instant next_report = Instant::never();
    Instant next_whole_report = Instant::never();  ///< For peers that missed a part.
    Instant next_roll_call = Instant::never();     ///< Who was never heard is counted then.
};

}  // namespace baton::runtime
