#pragma once

/// A node's disk, which outlives agents, and the port `LogStore` of one agent
/// on it. A write is answered when it is durable; a crash keeps some prefix of
/// what was not answered yet, perhaps half of a record.

#include "ports/log_store.hpp"
#include "simulation/sim_loop.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace baton::simulation {

class Disk {
public:
    /// Sees every entry that becomes part of the log of this disk.
    using Watch = std::function<void(const raft::Entry& entry, std::optional<Term> before)>;

    Disk(World& world, Identity identity, Watch watch);

    [[nodiscard]] Recovered recover() const;
    /// Every write in progress takes until `when`.
    void stall_until(Instant when) { stalled_until_ = std::max(stalled_until_, when); }
    /// The directory is replaced by an empty one.
    void wipe(Incarnation incarnation);

    using Change = std::function<void(Disk&)>;
    void submit(std::vector<Change> parts, std::shared_ptr<SimLoop> loop,
                std::function<void()> done);
    /// The writer died: a random prefix of what is under way reached the disk.
    void crash();
    /// How long the oldest write has been under way.
    [[nodiscard]] Duration stalled_for() const;
    [[nodiscard]] std::size_t waiting() const { return pending_.size(); }

    void set_hard_state(const raft::HardState& state) { hard_state_ = state; }
    void put(const raft::Entry& entry);
    void cut_after(LogIndex last);
    void install(const raft::Snapshot& snapshot);
    void bind(const ClusterId& cluster) { identity_.cluster = cluster; }
    void promise(const GroupId& group, Epoch epoch);
    [[nodiscard]] std::size_t entries() const { return log_.size(); }

private:
    struct Pending {
        std::vector<Change> parts;
        std::shared_ptr<SimLoop> loop;
        std::function<void()> done;
        Instant since;
    };

    void begin_next();
    void finished();

    World& world_;
    Identity identity_;
    Watch watch_;
    raft::HardState hard_state_;
    std::optional<raft::Snapshot> snapshot_;
    std::map<LogIndex, raft::Entry> log_;
    std::map<GroupId, Epoch> closed_;
    std::deque<Pending> pending_;
    Instant stalled_until_ = Instant::never();
    std::uint64_t writer_ = 0;  ///< Grows with every crash: earlier completions are void.
};

class SimLogStore final : public LogStore {
public:
    SimLogStore(Disk& disk, std::shared_ptr<SimLoop> loop) : disk_(disk), loop_(std::move(loop)) {}

    void save(raft::Persist persist, Done<void> done) override;
    void join(ClusterId cluster, raft::Snapshot first, Done<void> done) override;
    void close_epoch(GroupId group, Epoch epoch, Done<void> done) override;
    [[nodiscard]] Duration stalled_for(Instant now) const override;

private:
    void submit(std::vector<Disk::Change> parts, Done<void> done);

    Disk& disk_;
    std::shared_ptr<SimLoop> loop_;
};

}  // namespace baton::simulation
