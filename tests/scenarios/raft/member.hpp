#pragma once

/// A consensus core with a simulated disk: the smallest owner that obeys the
/// core's rules of order. Used by the conversations and by the random test.
/// A crash keeps what was durable and, if asked, a torn part of the rest.

#include "base/random.hpp"
#include "core/raft/core.hpp"

#include <deque>
#include <optional>
#include <vector>

namespace baton::raft::test {

/// What survives a crash.
struct Disk {
    HardState hard_state;
    std::optional<Snapshot> snapshot;
    std::vector<Entry> entries;
    bool may_vote = true;

    /// The first `parts` parts of `persist`, in their order: the hard state,
    /// the snapshot, the truncation, then each entry.
    void write(const Persist& persist, std::size_t parts);
    void write_all(const Persist& persist) { write(persist, persist.entries.size() + 3); }
    /// After Core::compact: the snapshot replaces the entries up to its index.
    void compact(const Snapshot& made);
};

class Member {
public:
    Member(Config config, Disk disk, std::uint64_t seed) noexcept;

    void start(Instant now);
    /// The core is gone; of the unwritten outputs the first `parts_kept` parts
    /// reached the disk.
    void crash(std::size_t parts_kept);

    [[nodiscard]] bool running() const { return core.has_value(); }
    /// Takes the core's output; messages free to leave go to `outbox`.
    void collect();
    /// Makes the oldest waiting output durable, reports it, releases its messages.
    void sync_one();
    [[nodiscard]] bool writing() const { return !waiting_.empty(); }

    std::optional<Core> core;
    Instant now;
    Disk disk;
    bool slow_disk = false;  ///< Writes wait for sync_one.
    std::vector<Message> outbox;
    std::vector<Output>
        news;  ///< What was to be applied, restored or answered; the reader empties it.

private:
    void finish(const Output& output);

    Config config_;
    Random random_;
    std::deque<Output> waiting_;
};

}  // namespace baton::raft::test
