#pragma once

/// How well a tier of the fencing ladder is known to work: from what was
/// measured to a judgement. A tier that was late does not count, whatever it
/// promises. Decides about one node; what a takeover makes of it is the log's.

#include "base/time.hpp"
#include "core/cluster/reference.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace baton::lease {

enum class TierState {
    absent,      ///< Not there, or not wanted.
    unverified,  ///< There, but late or not proven.
    verified,
};

struct Lateness {
    Duration max{0};
    Duration p99{0};
};

struct Tier {
    cluster::FencingTier tier = cluster::FencingTier::none;
    TierState state = TierState::absent;
    std::string reason;  ///< Why it is not verified; empty if it is.
    Instant proven = Instant::never();
    std::string_view proof;  ///< How it was proven.
    Duration margin{0};
    Lateness late;  ///< As measured lately.
};

/// The rest of a margin is for the act itself and for the way there.
[[nodiscard]] constexpr Duration lateness_tolerated(Duration margin) {
    return margin / 3;
}

/// A guard that was not seen for longer may be gone.
inline constexpr Duration guard_silence_max = std::chrono::milliseconds{500};

/// What is known of a guard: when it was last awake, and how late it was at
/// its latest wake-ups and deadlines.
struct GuardEvidence {
    Instant seen = Instant::never();
    Lateness late;
};

/// A single wake-up may come later than is tolerated, one in a hundred may not;
/// and none may come later than the whole margin.
[[nodiscard]] Tier judge_guard(const GuardEvidence& evidence, Instant now);

[[nodiscard]] std::string_view name_of(TierState state);

}  // namespace baton::lease
