#pragma once

/// Turns requests into durable writes: what goes into which file in which
/// order. Blocks on the disk; used by one thread at a time. After an error of
/// kind unavailable nothing more may be asked of it: what the disk holds is
/// then known only by opening the directory again.

#include "adapters/disk/files.hpp"
#include "adapters/disk/format.hpp"
#include "adapters/disk/fsync_timer.hpp"
#include "adapters/disk/replay.hpp"
#include "adapters/disk/tail.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace baton::adapters::disk {

struct SnapshotName {
    LogIndex index;
    Term term;

    friend bool operator==(const SnapshotName&, const SnapshotName&) = default;
};

/// The directory as the writer finds it.
struct Durable {
    Identity identity;
    std::map<GroupId, Epoch> closed;
    raft::HardState hard_state;
    std::optional<SnapshotName> snapshot;
    Tail<Mark> log;
    std::vector<Segment> segments;  ///< The last one is written to, at `size`.
    std::uint64_t size = 0;
};

/// A record is closed when it holds this much, so that one save of a long log
/// needs neither a record nor memory as long as the log.
inline constexpr std::size_t record_bytes_target = 4 * 1024 * 1024;

class Writer {
public:
    Writer(Place place, Durable durable, Descriptor segment, FsyncTimer& timer);

    /// Takes a save in; it is durable after the next `flush`. A changed commit
    /// index alone is not worth a write: it goes with the next one.
    [[nodiscard]] Result<void> save(const raft::Persist& persist);
    [[nodiscard]] Result<void> flush();

    /// Errors beside unavailable: refused (bound to another cluster already).
    [[nodiscard]] Result<void> join(const ClusterId& cluster, const raft::Snapshot& first);
    [[nodiscard]] Result<void> close_epoch(const GroupId& group, Epoch epoch);

    /// Begins a new segment that says which snapshot covers the log.
    [[nodiscard]] Result<void> roll(bool keep_entries);

private:
    [[nodiscard]] Result<void> append(const std::vector<raft::Entry>& entries);
    [[nodiscard]] Result<void> install(const raft::Snapshot& snapshot);
    [[nodiscard]] Result<void> write_snapshot(const raft::Snapshot& snapshot);
    [[nodiscard]] Result<void> adopt(SnapshotName snapshot);
    [[nodiscard]] Result<void> remove_covered_segments();
    [[nodiscard]] Result<Descriptor> replace(const std::string& name, std::string_view bytes);
    [[nodiscard]] Result<void> write_record(const std::string& record);
    [[nodiscard]] std::string segment_path() const;

    Place place_;
    Durable durable_;
    Descriptor segment_;
    FsyncTimer& timer_;

    std::string pending_;         ///< Items of the next record.
    LogIndex pending_last_;       ///< Highest index among them.
    raft::HardState hard_state_;  ///< Newest asked for; `durable_.hard_state` is on disk.
};

}  // namespace baton::adapters::disk
