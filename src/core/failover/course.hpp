#pragma once

/// How a primary's position moved, as heard by the one who may have to replace
/// it: the ground on which a loss is stated. Knows nothing of standbys.

#include "base/ids.hpp"
#include "base/time.hpp"
#include "core/cluster/loss.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace baton::failover {

class Course {
public:
    /// The primary of `epoch` stood at `offset` when it was asked; its answer came
    /// at `at`. `bytes_per_second`: what it is writing; 0 once it is closed.
    void heard(Epoch epoch, std::uint64_t offset, std::uint64_t bytes_per_second, Instant at);

    /// Where it stood last, as far as is known of the primary of `epoch`.
    [[nodiscard]] std::optional<std::uint64_t> position(Epoch epoch) const;
    /// Fills in what a successor that stands at `promoted` lacks, decided at `now`.
    [[nodiscard]] cluster::Loss behind(Epoch epoch, std::uint64_t promoted, Instant now) const;

private:
    struct Sample {
        Instant at;
        std::uint64_t offset = 0;
    };

    Epoch epoch_;
    std::uint64_t bytes_per_second_ = 0;
    std::deque<Sample> samples_;  ///< Oldest first; offsets never fall.
};

/// What the loss means, for an operator.
[[nodiscard]] std::string describe(const cluster::Loss& loss);

}  // namespace baton::failover
