#pragma once

/// What do the segments of a data directory say? Reads them in order and
/// answers the log, term and vote they amount to. Changes no file: an
/// incomplete last write is reported, not cut.

#include "adapters/disk/format.hpp"
#include "adapters/disk/tail.hpp"
#include "core/raft/core.hpp"

#include <string>
#include <vector>

namespace baton::adapters::disk {

struct Segment {
    std::uint64_t sequence = 0;
    LogIndex last_index;  ///< Highest index of an entry that may still count; 0: none.
};

struct HeldEntry {
    Term term;
    std::uint32_t checksum = 0;  ///< Of the encoded entry.
    raft::Entry entry;
};

struct Replayed {
    raft::HardState hard_state;
    Tail<HeldEntry> log;
    LogIndex base;  ///< Newest snapshot the segments speak of; 0: none.
    std::vector<Segment> segments;
    std::size_t last_size = 0;        ///< Undamaged bytes of the last segment.
    std::size_t last_size_found = 0;  ///< Larger if a torn write follows them.
};

/// Segments hold about this much; no record is longer than the second number.
inline constexpr std::size_t segment_bytes_max = 8 * 1024 * 1024;
inline constexpr std::size_t record_bytes_max = 128 * 1024 * 1024;

/// `sequences` is sorted. Errors: corrupt, refused (another owner or a newer
/// format), unavailable.
[[nodiscard]] Result<Replayed> replay(const Place& place, const Identity& identity,
                                      const std::vector<std::uint64_t>& sequences);

}  // namespace baton::adapters::disk
