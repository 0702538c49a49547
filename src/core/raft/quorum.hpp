#pragma once

/// Arithmetic of majorities. Answers "how many are enough", "what has a
/// majority reached" and "is this vote decided"; knows nothing of Raft.

#include "base/check.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <vector>

namespace baton::raft {

/// The fewest members that outnumber the rest. Any two such sets meet.
[[nodiscard]] constexpr std::size_t majority(std::size_t voters) {
    return voters / 2 + 1;
}

/// The greatest value that a majority has reached or passed, given one value
/// per voter. There must be at least one voter.
template <typename Value>
[[nodiscard]] Value reached_by_majority(std::vector<Value> values) {
    BATON_CHECK(!values.empty());
    std::sort(values.begin(), values.end(), std::greater<>{});
    return values[majority(values.size()) - 1];
}

enum class VoteOutcome {
    pending,  ///< Neither side has enough yet.
    won,      ///< A majority granted.
    lost,     ///< So many refused that no majority can come together any more.
};

/// The state of a vote, in numbers of distinct voters.
struct Tally {
    std::size_t voters = 0;
    std::size_t granted = 0;
    std::size_t refused = 0;
};

[[nodiscard]] VoteOutcome outcome_of(const Tally& tally);

}  // namespace baton::raft
