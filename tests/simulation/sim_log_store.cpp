#include "simulation/sim_log_store.hpp"

#include <algorithm>
#include <utility>

namespace baton::simulation {

namespace {

constexpr Duration write_min = microseconds{150};
constexpr Duration write_max = microseconds{1500};
/// One write in so many meets a busy disk.
constexpr std::uint64_t slow_one_in = 200;
constexpr Duration slow_max = milliseconds{25};

}  // namespace

Disk::Disk(World& world, Identity identity, Watch watch)
    : world_(world), identity_(std::move(identity)), watch_(std::move(watch)) {}

Recovered Disk::recover() const {
    Recovered found;
    found.identity = identity_;
    found.closed = closed_;
    found.raft.hard_state = hard_state_;
    found.raft.snapshot = snapshot_;
    for (const auto& [index, entry] : log_) found.raft.entries.push_back(entry);
    if (!snapshot_) return found;
    // What the real store makes of a torn end.
    const LogIndex last = log_.empty() ? snapshot_->index : log_.rbegin()->first;
    const Term seen = log_.empty() ? snapshot_->term : log_.rbegin()->second.term;
    raft::HardState& state = found.raft.hard_state;
    if (seen > state.term) state = raft::HardState{seen, NodeId{}, state.commit};
    state.commit = std::clamp(state.commit, snapshot_->index, last);
    return found;
}

void Disk::wipe(Incarnation incarnation) {
    identity_.incarnation = incarnation;
    identity_.cluster = ClusterId{};
    hard_state_ = {};
    snapshot_.reset();
    log_.clear();
    closed_.clear();
}

void Disk::submit(std::vector<Change> parts, std::shared_ptr<SimLoop> loop,
                  std::function<void()> done) {
    pending_.push_back({std::move(parts), std::move(loop), std::move(done), world_.now()});
    if (pending_.size() == 1) begin_next();
}

void Disk::begin_next() {
    Random& random = world_.random();
    const Duration time = random.one_in(slow_one_in) ? random.between(write_max, slow_max)
                                                     : random.between(write_min, write_max);
    const Instant end = std::max(world_.now(), stalled_until_) + time;
    world_.at(end, [this, writer = writer_] {
        if (writer == writer_) finished();
    });
}

void Disk::finished() {
    if (world_.now() < stalled_until_) return begin_next();
    Pending write = std::move(pending_.front());
    pending_.pop_front();
    for (const Change& part : write.parts) part(*this);
    write.loop->arrive(microseconds{10}, std::move(write.done));
    if (!pending_.empty()) begin_next();
}

void Disk::crash() {
    ++writer_;
    bool lost = false;
    for (const Pending& write : std::exchange(pending_, {})) {
        for (const Change& part : write.parts) {
            lost = lost || world_.random().one_in(2);
            if (!lost) part(*this);
        }
    }
}

Duration Disk::stalled_for() const {
    return pending_.empty() ? Duration{0} : world_.now() - pending_.front().since;
}

Duration SimLogStore::stalled_for(Instant /*now*/) const {
    return disk_.stalled_for();
}

void Disk::put(const raft::Entry& entry) {
    log_.erase(log_.lower_bound(entry.index), log_.end());
    std::optional<Term> before;
    if (!log_.empty() && std::prev(log_.end())->first.next() == entry.index) {
        before = std::prev(log_.end())->second.term;
    } else if (log_.empty() && snapshot_ && snapshot_->index.next() == entry.index) {
        before = snapshot_->term;
    }
    watch_(entry, before);
    log_.emplace(entry.index, entry);
}

void Disk::cut_after(LogIndex last) {
    log_.erase(log_.upper_bound(last), log_.end());
}

/// Entries behind the snapshot stay exactly if the log held its last entry.
void Disk::install(const raft::Snapshot& snapshot) {
    if (snapshot_ && snapshot.index <= snapshot_->index) return;
    const auto last = log_.find(snapshot.index);
    const bool keep = last != log_.end() && last->second.term == snapshot.term;
    log_.erase(log_.begin(), keep ? log_.upper_bound(snapshot.index) : log_.end());
    snapshot_ = snapshot;
}

void Disk::promise(const GroupId& group, Epoch epoch) {
    Epoch& closed = closed_[group];
    closed = std::max(closed, epoch);
}

void SimLogStore::submit(std::vector<Disk::Change> parts, Done<void> done) {
    if (loop_->stopped()) return;
    disk_.submit(std::move(parts), loop_, [done = std::move(done)] { done(success()); });
}

void SimLogStore::save(raft::Persist persist, Done<void> done) {
    std::vector<Disk::Change> parts;
    if (persist.hard_state) {
        parts.push_back([state = *persist.hard_state](Disk& disk) { disk.set_hard_state(state); });
    }
    if (persist.snapshot) {
        parts.push_back([snapshot = *persist.snapshot](Disk& disk) { disk.install(snapshot); });
    }
    for (raft::Entry& entry : persist.entries) {
        parts.push_back([entry = std::move(entry)](Disk& disk) { disk.put(entry); });
    }
    submit(std::move(parts), std::move(done));
}

void SimLogStore::join(ClusterId cluster, raft::Snapshot first, Done<void> done) {
    submit({[first = std::move(first), cluster](Disk& disk) {
               disk.set_hard_state(raft::HardState{first.term, NodeId{}, first.index});
               disk.install(first);
               disk.bind(cluster);
           }},
           std::move(done));
}

void SimLogStore::close_epoch(GroupId group, Epoch epoch, Done<void> done) {
    submit({[group = std::move(group), epoch](Disk& disk) { disk.promise(group, epoch); }},
           std::move(done));
}

}  // namespace baton::simulation
