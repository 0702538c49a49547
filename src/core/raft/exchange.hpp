#pragma once

/// What the owner of a consensus core gives it at start and gets from it after
/// every call, as plain values. The rules of order are in core.hpp.

#include "base/ids.hpp"
#include "base/time.hpp"
#include "core/raft/message.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace baton::raft {

struct Config {
    NodeId self;
    Duration election_timeout_min = std::chrono::milliseconds{150};
    Duration election_timeout_max = std::chrono::milliseconds{300};
    Duration heartbeat_interval = std::chrono::milliseconds{50};
    std::size_t append_entries_max = 100;        ///< Entries per Append.
    std::size_t append_bytes_max = 1024 * 1024;  ///< Payload bytes per Append, at least one entry.
    std::size_t inflight_max = 64;               ///< Unanswered Appends per follower.
    std::size_t uncommitted_max = 10'000;        ///< Entries; further proposals are refused.
    std::size_t reads_max = 10'000;              ///< Unconfirmed reads; further ones are refused.
    std::size_t snapshot_piece_bytes = 256 * 1024;
    std::size_t snapshot_bytes_max = 64 * 1024 * 1024;  ///< A larger incoming snapshot is refused.
};

/// What the log store found at start.
struct Restored {
    HardState hard_state;
    std::optional<Snapshot> snapshot;
    std::vector<Entry> entries;  ///< Directly after the snapshot, without gaps.
    /// False: this directory was emptied or never admitted. The member then
    /// follows the log but neither votes nor acknowledges, whatever membership
    /// says, until `Core::admit`.
    bool may_vote = true;
};

/// What must reach the disk, in this order, before `messages_after_persist`.
struct Persist {
    std::optional<HardState> hard_state;
    /// Replaces the log up to its index. Entries beyond stay exactly if the
    /// durable log held the snapshot's (index, term), else they go too (Raft §7).
    std::optional<Snapshot> snapshot;
    std::vector<Entry> entries;  ///< Replace everything from the first entry's index on.

    [[nodiscard]] bool empty() const { return !hard_state && !snapshot && entries.empty(); }
};

/// A confirmed read: the state applied up to `index` is no older than the
/// instant at which the read was asked for.
struct ReadReady {
    std::uint64_t id = 0;
    LogIndex index;
    bool confirmed = false;  ///< False: leadership was lost; nothing is known.
};

struct Output {
    Persist persist;
    std::vector<Message> messages;
    std::vector<Message> messages_after_persist;
    /// Replace the applied state by this before applying `committed`. The first
    /// output after a restart names the restored snapshot here.
    std::optional<Snapshot> restore;
    std::vector<Entry> committed;  ///< Apply in order; never skipped, never repeated.
    std::vector<ReadReady> reads;

    [[nodiscard]] bool empty() const;
};

}  // namespace baton::raft
