#include "runtime/consensus.hpp"

#include "base/check.hpp"
#include "wire/codec.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace baton::runtime {

namespace {

std::optional<cluster::Command> command_in(const raft::Entry& entry) {
    if (entry.kind != raft::EntryKind::command) return std::nullopt;
    auto command = wire::decode_command(entry.payload);
    // An entry every checksum vouches for but nobody can read means that a
    // newer format was committed before every node understood it.
    BATON_CHECK(command.has_value());
    return std::move(command).value();
}

}  // namespace

Consensus::Consensus(Loop& loop, LogStore& store, Transport& transport, LogListener& listener,
                     ConsensusOptions options, raft::Restored restored, cluster::State state,
                     Random random)
    : loop_(loop),
      store_(store),
      transport_(transport),
      listener_(listener),
      options_(std::move(options)),
      core_(options_.raft, restored, random, loop.now()),
      state_(std::move(state)) {
    if (restored.snapshot) {
        applied_ = restored.snapshot->index;
        snapshot_at_ = applied_;
    }
    for (const raft::Entry& entry : restored.entries) {
        const auto command = command_in(entry);
        listener_.appended(entry, command ? &*command : nullptr);
    }
}

Consensus::~Consensus() {
    *alive_ = false;
    loop_.cancel(timer_);
}

void Consensus::start() {
    pump();
}

void Consensus::receive(const raft::Message& message) {
    if (storage_failed_) return;
    core_.step(message, loop_.now());
    pump();
}

void Consensus::heartbeat() {
    if (storage_failed_) return;
    core_.heartbeat(loop_.now());
    pump();
}

void Consensus::propose(const cluster::Command& command, Done<cluster::EntryReference> done) {
    if (waiting_.size() >= proposals_max) {
        return done(unavailable("too many proposals are waiting; try again in a moment"));
    }
    wait_for(core_.propose(wire::encode(command), loop_.now()), std::move(done));
    pump();
}

void Consensus::propose_membership(raft::Membership next, Done<cluster::EntryReference> done) {
    wait_for(core_.propose_membership(std::move(next), loop_.now()), std::move(done));
    pump();
}

void Consensus::wait_for(Result<std::pair<LogIndex, Term>> proposed,
                         Done<cluster::EntryReference> done) {
    if (!proposed) return done(proposed.error());
    waiting_[proposed.value().first] = Waiting{proposed.value().second, std::move(done)};
}

void Consensus::transfer_leadership(const NodeId& to, Done<void> done) {
    done(core_.transfer_leadership(to, loop_.now()));
    pump();
}

void Consensus::read_barrier(Done<void> done) {
    const std::uint64_t id = next_read_++;
    auto asked = core_.read_index(id, loop_.now());
    if (!asked) return done(asked.error());
    reads_[id] = std::move(done);
    pump();
}

raft::Snapshot Consensus::snapshot() const {
    raft::Snapshot snapshot = core_.describe_snapshot(applied_).value_or(raft::Snapshot{});
    snapshot.state = wire::encode(state_);
    return snapshot;
}

void Consensus::step_down() {
    core_.step_down(loop_.now());
    pump();
}

raft::Status Consensus::status() const {
    return core_.status(loop_.now());
}

Term Consensus::applied_term() const {
    const auto place = core_.describe_snapshot(applied_);
    return place ? place->term : Term{};
}

std::shared_ptr<const cluster::State> Consensus::shared_state() const {
    if (!shared_) shared_ = std::make_shared<const cluster::State>(state_);
    return shared_;
}

bool Consensus::is_leader() const {
    return core_.is_leader();
}

bool Consensus::leads_in(Term term) const {
    return core_.is_leader() && core_.standing().term == term;
}

/// Carries out what the core wants until it wants nothing more. Re-entrant
/// calls (an applied entry that proposes) only mark more work.
void Consensus::pump() {
    if (pumping_ || storage_failed_) return;
    pumping_ = true;
    for (raft::Output output = core_.take(); !output.empty(); output = core_.take()) {
        note_appended(output.persist);
        send(std::move(output.messages));
        if (output.restore) restore(*output.restore);
        for (const raft::Entry& entry : output.committed) apply(entry);
        answer_reads(output.reads);
        save(output);
        snapshot_if_due();
    }
    pumping_ = false;
    note_role();
    arm_timer();
}

void Consensus::note_appended(const raft::Persist& persist) {
    if (persist.entries.empty()) return;
    listener_.truncated(persist.entries.front().index);
    for (const raft::Entry& entry : persist.entries) {
        const auto command = command_in(entry);
        listener_.appended(entry, command ? &*command : nullptr);
    }
}

/// Messages that wait for durability wait for everything handed to the store
/// before them as well, also when their own output has nothing to persist.
void Consensus::save(raft::Output& output) {
    if (output.persist.empty()) {
        auto& messages = output.messages_after_persist;
        if (saves_under_way_ == 0) return send(std::move(messages));
        held_[saves_begun_].insert(held_[saves_begun_].end(), messages.begin(), messages.end());
        return;
    }
    cluster::EntryReference last{};
    if (output.persist.snapshot)
        last = {output.persist.snapshot->index, output.persist.snapshot->term};
    if (!output.persist.entries.empty()) {
        last = {output.persist.entries.back().index, output.persist.entries.back().term};
    }
    const std::uint64_t number = ++saves_begun_;
    held_[number] = std::move(output.messages_after_persist);
    ++saves_under_way_;
    store_.save(std::move(output.persist),
                [this, alive = alive_, number, last](Result<void> saved) {
                    if (*alive) this->saved(number, last, saved);
                });
}

void Consensus::saved(std::uint64_t number, cluster::EntryReference last,
                      const Result<void>& result) {
    --saves_under_way_;
    if (!result) {
        storage_failed_ = true;
        held_.clear();
        return listener_.storage_failed(result.error());
    }
    if (auto held = held_.extract(number)) send(std::move(held.mapped()));
    if (last.index.value > 0) core_.persisted(last.index, last.term, loop_.now());
    pump();
}

void Consensus::send(std::vector<raft::Message> messages) {
    for (raft::Message& message : messages) {
        const auto* append = std::get_if<raft::Append>(&message.body);
        const bool bulk = (append != nullptr && !append->entries.empty()) ||
                          std::holds_alternative<raft::SnapshotPiece>(message.body);
        const NodeId to = message.to;
        transport_.send(to, bulk ? Lane::bulk : Lane::urgent, std::move(message));
    }
}

void Consensus::apply(const raft::Entry& entry) {
    BATON_CHECK(entry.index == applied_.next());
    const cluster::EntryReference at{entry.index, entry.term};
    const auto command = command_in(entry);
    Result<void> outcome = success();
    if (command) {
        outcome = state_.apply(*command, at);
        if (outcome) shared_.reset();
    }
    applied_ = entry.index;
    listener_.applied(entry, command ? &*command : nullptr, outcome);
    const auto waiting = waiting_.find(entry.index);
    if (waiting == waiting_.end()) return;
    Waiting mine = std::move(waiting->second);
    waiting_.erase(waiting);
    if (mine.term != entry.term) {
        mine.done(unavailable("another leader's entry took its place; nothing happened"));
    } else if (!outcome) {
        mine.done(outcome.error());
    } else {
        mine.done(at);
    }
}

void Consensus::restore(const raft::Snapshot& snapshot) {
    auto state = wire::decode_state(snapshot.state);
    BATON_CHECK(state.has_value());
    state_ = std::move(state).value();
    shared_.reset();
    applied_ = snapshot.index;
    snapshot_at_ = snapshot.index;
    listener_.restored();
}

void Consensus::answer_reads(const std::vector<raft::ReadReady>& reads) {
    for (const raft::ReadReady& read : reads) {
        const auto waiting = reads_.find(read.id);
        if (waiting == reads_.end()) continue;
        Done<void> done = std::move(waiting->second);
        reads_.erase(waiting);
        if (read.confirmed) {
            done(success());
        } else {
            done(unavailable("this node is no longer the leader; ask the new one"));
        }
    }
}

void Consensus::snapshot_if_due() {
    if (applied_.value < snapshot_at_.value + options_.snapshot_threshold) return;
    auto place = core_.describe_snapshot(applied_);
    if (place) take_snapshot(std::move(*place), [](const Result<void>&) {});
}

void Consensus::take_snapshot(raft::Snapshot place, Done<void> done) {
    place.state = wire::encode(state_);
    snapshot_at_ = applied_;
    raft::Persist persist;
    persist.snapshot = place;
    core_.compact(std::move(place), options_.keep_entries);
    store_.save(std::move(persist),
                [this, alive = alive_, done = std::move(done)](Result<void> saved) {
                    if (!*alive) return;
                    if (!saved) {
                        storage_failed_ = true;
                        listener_.storage_failed(saved.error());
                    }
                    done(std::move(saved));
                });
}

void Consensus::create_snapshot(Done<cluster::EntryReference> done) {
    if (storage_failed_) {
        return done(unavailable("this node can no longer write its log; repair its disk"));
    }
    auto place = core_.describe_snapshot(applied_);
    if (!place) {
        return done(unavailable("a snapshot of the leader is being taken over; ask again"));
    }
    const cluster::EntryReference at{place->index, place->term};
    if (applied_ == snapshot_at_) return done(at);
    take_snapshot(std::move(*place), [at, done = std::move(done)](const Result<void>& saved) {
        if (!saved) return done(saved.error());
        done(at);
    });
}

LogIndex Consensus::compact_log() {
    const Instant now = loop_.now();
    const raft::Status before = core_.status(now);
    LogIndex held_by_all = before.snapshot_index;
    for (const raft::FollowerStatus& follower : before.followers) {
        const bool gone = now - follower.last_contact > options_.raft.election_timeout_max;
        if (gone || follower.receiving_snapshot) continue;
        held_by_all = std::min(held_by_all, follower.match);
    }
    auto place = core_.describe_snapshot(before.snapshot_index);
    if (place) {
        core_.compact(std::move(*place), before.snapshot_index.value - held_by_all.value);
    }
    return core_.status(now).first_index;
}

void Consensus::note_role() {
    raft::Standing now = core_.standing();
    if (now == standing_) return;
    standing_ = std::move(now);
    drop_waiting_if_deposed();
    listener_.role_changed();
}

/// A deposed leader cannot know what becomes of its proposals.
void Consensus::drop_waiting_if_deposed() {
    if (standing_.role == raft::Role::leader) return;
    auto waiting = std::exchange(waiting_, {});
    for (auto& [index, each] : waiting) {
        each.done(outcome_unknown(
            "leadership was lost before the change was confirmed; look before repeating it"));
    }
}

void Consensus::arm_timer() {
    const Instant next = core_.next_deadline();
    if (timer_ != 0 && next == timer_at_) return;
    loop_.cancel(timer_);
    timer_at_ = next;
    timer_ = loop_.at(next, [this] {
        timer_ = 0;
        core_.tick(loop_.now());
        pump();
    });
}

}  // namespace baton::runtime
