#pragma once

/// How much of its history a server should keep for standbys that come back: one
/// that finds everything it missed needs no full copy. Decides sizes only.

#include "base/time.hpp"

#include <cstdint>
#include <deque>

namespace baton::failover {

/// How long a standby may be away: detection, closing, promotion and attaching
/// take a few seconds, four times of which is a minute at the worst.
inline constexpr Duration backlog_window = std::chrono::minutes{1};

struct BacklogBounds {
    std::uint64_t least = std::uint64_t{64} << 20U;  ///< What servers are started with.
    std::uint64_t most = std::uint64_t{512} << 20U;  ///< It is memory of every server.
};

/// The size for a history that grows by so much: a power of two within bounds,
/// and never less than `present`.
[[nodiscard]] std::uint64_t backlog_size(std::uint64_t bytes_per_second, std::uint64_t present,
                                         const BacklogBounds& bounds = {});

/// How fast an offset grows, over some ten seconds.
class Growth {
public:
    void saw(std::uint64_t offset, Instant now);
    [[nodiscard]] std::uint64_t bytes_per_second() const;

private:
    struct Sample {
        Instant at;
        std::uint64_t offset = 0;
    };
    std::deque<Sample> samples_;  ///< Oldest first.
};

}  // namespace baton::failover
