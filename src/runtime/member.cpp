#include "runtime/member.hpp"

#include "base/check.hpp"
#include "runtime/catching_up.hpp"
#include "wire/codec.hpp"

#include <algorithm>
#include <utility>

namespace baton::runtime {

namespace {

/// How often the state is offered to one peer that has no cluster yet.
constexpr Duration offer_interval = std::chrono::seconds{1};

/// How often the other side of the agent gets the picture when nothing changed.
constexpr Duration view_interval = std::chrono::milliseconds{200};
/// How often the leader looks again while a group is between two primaries.
constexpr Duration hurry_interval = std::chrono::milliseconds{5};
/// A follower's own timer is late by this part of the interval, so that it beats
/// in step with a leader that is there and by itself with one that is not.
constexpr int step_slack = 10;

/// Deciding and telling about a thousand groups takes milliseconds; done for
/// each piece of news, nothing else would be done.
Duration act_pause(const cluster::State& state) {
    constexpr Duration for_each_group = std::chrono::microseconds{20};
    return for_each_group * state.groups.size();
}

detector::SelfDoubtConfig doubt_config(Duration heartbeat) {
    detector::SelfDoubtConfig config;
    config.turn_expected = heartbeat;
    config.pause_tolerated = 2 * heartbeat;
    config.recovery = 6 * heartbeat;
    return config;
}

detector::Config detector_config(detector::Config config, const MemberOptions& options) {
    config.interval_expected = options.consensus.raft.heartbeat_interval;
    config.silence_min = options.topology.settings.lease;
    return config;
}

}  // namespace

Member::Member(Loop& loop, Transport& transport, LogStore& store, Fences fences,
               Recovered recovered, MemberOptions options, Publish publish, Emit emit)
    : loop_(loop),
      transport_(transport),
      store_(store),
      fences_(fences),
      recovered_(std::move(recovered)),
      options_(std::move(options)),
      publish_(std::move(publish)),
      emit_(std::move(emit)),
      random_(options_.entropy),
      fencing_(options_.self, fences, emit_),
      authority_(options_.self, recovered_.identity.incarnation, transport, fences, loop.now()),
      detector_(detector_config(options_.detector, options_)),
      self_doubt_(doubt_config(options_.consensus.raft.heartbeat_interval)),
      closed_(recovered_.closed),
      // No report of an earlier life must pass for the one before the first of this one.
      report_sequence_(options_.entropy / 2),
      acts_(loop),
      extra_beats_(loop) {
    for (const auto& [group, epoch] : closed_) authority_.close(group, epoch);
}

Member::~Member() {
    *alive_ = false;
    loop_.cancel(beat_timer_);
    loop_.cancel(hurry_timer_);
}

void Member::start() {
    transport_.start(
        [this](const NodeId& from, PeerMessage message) { receive(from, std::move(message)); },
        [this](const NodeId& peer, bool up) {
            connected_[peer] = up;
            if (up) rounds_.next_whole_report = Instant::never();
            report_due_ = true;
            // A lease that is running out, after a restart, cannot wait for the next beat.
            if (up && authority_.pairs_held() > 0) beat_soon();
            act_soon();
        });
    fences_.kernel.start([this] {
        authority_.look_at_kernel();
        report_due_ = true;
        act_soon();
    });
    if (recovered_.identity.cluster) {
        begin(std::move(recovered_.raft));
    } else {
        formation_ = std::make_unique<Formation>(loop_, transport_, options_.self,
                                                 recovered_.identity.incarnation, options_.topology,
                                                 options_.topology_digest, random_.next(),
                                                 [this](ClusterId cluster, raft::Snapshot first) {
                                                     join(std::move(cluster), std::move(first));
                                                 });
        formation_->start();
    }
    beat();
}

/// A new directory has forgotten what the node promised never to open again.
/// Whatever it is appointed to by now is therefore closed before it joins.
void Member::join(ClusterId cluster, raft::Snapshot first) {
    auto state = wire::decode_state(first.state);
    BATON_CHECK(state.has_value());
    auto waiting = std::make_shared<std::size_t>(1);
    const auto closed = [this, alive = alive_, waiting, cluster, first](const Result<void>& done) {
        if (!*alive) return;
        if (!done) return storage_failed(done.error());
        if (--*waiting == 0) enter(cluster, first);
    };
    for (const auto& [id, group] : state.value().groups) {
        const cluster::Instance* primary = group.declared.find(group.primary);
        if (primary == nullptr || primary->node != options_.self) continue;
        ++*waiting;
        close_epoch(id, group.epoch, closed);
    }
    closed(success());
}

void Member::enter(const ClusterId& cluster, const raft::Snapshot& first) {
    recovered_.identity.cluster = cluster;
    store_.join(cluster, first, [this, alive = alive_, first](Result<void> joined) {
        if (!*alive) return;
        if (!joined) return storage_failed(joined.error());
        raft::Restored restored;
        restored.hard_state = raft::HardState{first.term, NodeId{}, first.index};
        restored.snapshot = first;
        restored.may_vote = true;
        begin(std::move(restored));
    });
}

void Member::begin(raft::Restored restored) {
    BATON_CHECK(restored.snapshot.has_value());
    auto state = wire::decode_state(restored.snapshot->state);
    BATON_CHECK(state.has_value());
    LogListener& listener = *this;
    consensus_ =
        std::make_unique<Consensus>(loop_, store_, transport_, listener, options_.consensus,
                                    std::move(restored), std::move(state).value(), random_.fork());
    control_ = std::make_unique<Control>(loop_, *consensus_, authority_, emit_);
    const auto change = [this](raft::Membership next, Done<cluster::EntryReference> done) {
        propose_membership(std::move(next), std::move(done));
    };
    replacing_ = std::make_unique<Replacing>(*consensus_, change, emit_);
    departing_ = std::make_unique<Departing>(*consensus_, change, emit_);
    this->restored();
    consensus_->start();
    control_->caught_up();
    emit_(Event{Severity::info,
                "member.started",
                "node " + options_.self.text + " is part of cluster " + consensus_->state().id.text,
                {{"cluster", consensus_->state().id.text},
                 {"applied", std::to_string(consensus_->applied().value)}}});
    act_soon();
}

void Member::receive(const NodeId& from, PeerMessage message) {
    if (auto* unformed = std::get_if<Unformed>(&message)) {
        if (formation_ && !consensus_) return formation_->receive(from, *unformed);
        if (consensus_ && recovered_.identity.cluster) {
            offer_state(from, unformed->incarnation);
        }
        return;
    }
    if (auto* offered = std::get_if<baton::Formation>(&message)) {
        if (formation_ && !consensus_) formation_->receive(from, *offered);
        return;
    }
    if (!consensus_) return;
    const Instant now = loop_.now();
    if (auto* raft = std::get_if<raft::Message>(&message)) return consensus_->receive(*raft);
    if (auto* heartbeat = std::get_if<lease::Heartbeat>(&message)) {
        return receive_heartbeat(from, *heartbeat);
    }
    if (auto* answer = std::get_if<lease::HeartbeatAnswer>(&message)) {
        const Renewal renewal = authority_.receive(*answer, now);
        // Not every renewal is told: a lease outlasts many.
        const bool due = now - rounds_.published >= consensus_->state().settings.lease / 6;
        if (renewal == Renewal::begun || (renewal == Renewal::extended && due)) publish();
        return;
    }
    if (auto* report = std::get_if<cluster::NodeReport>(&message)) {
        receive_report(from, std::move(*report));
    }
}

void Member::receive_heartbeat(const NodeId& from, const lease::Heartbeat& heartbeat) {
    const Instant now = loop_.now();
    detector_.heartbeat(from, now);
    if (authority_.receive(heartbeat, now)) act_soon();
    // In step with the leader: what both cause travels together, and wakes each
    // node once instead of several times.
    const Duration interval = options_.consensus.raft.heartbeat_interval;
    if (from == consensus_->standing().leader && now - rounds_.beaten >= interval / 2) beat();
}

/// A peer without a cluster repeats itself many times a second. The whole state
/// is too much for every word of one that may wait for its admission for hours.
void Member::offer_state(const NodeId& from, Incarnation incarnation) {
    note_stranger(from, incarnation);
    const Instant now = loop_.now();
    const Instant last = offered_.try_emplace(from, Instant::never()).first->second;
    if (now < last + offer_interval) return;
    raft::Snapshot first = consensus_->snapshot();
    if (first.index.value == 0) return;
    offered_[from] = now;
    transport_.send(from, Lane::bulk, baton::Formation{std::move(first)});
}

/// A known name with a directory the cluster has never seen: emptied or new.
void Member::note_stranger(const NodeId& from, Incarnation incarnation) {
    const auto known = consensus_->state().nodes.find(from);
    const bool expected =
        known != consensus_->state().nodes.end() && known->second.incarnation == incarnation;
    if (expected || known == consensus_->state().nodes.end()) return;
    const cluster::Stranger before =
        std::exchange(strangers_[from], cluster::Stranger{incarnation, loop_.now()});
    // The first directory of a node that was added is let in by the leader.
    if (before.incarnation == incarnation || known->second.incarnation.value == 0) return;
    emit_(Event{Severity::error,
                "member.stranger",
                "node " + from.text +
                    " has a data directory the cluster does not know (emptied, or new); it neither "
                    "votes nor serves until it is admitted: baton node replace --node=" +
                    from.text,
                {{"peer", from.text}}});
}

void Member::beat() {
    const Instant now = loop_.now();
    rounds_.beaten = now;
    const bool follows = consensus_ && !consensus_->is_leader();
    loop_.cancel(beat_timer_);
    const Duration interval = options_.consensus.raft.heartbeat_interval;
    const Duration slack = follows ? interval / step_slack : Duration{0};
    beat_timer_ = loop_.at(now + interval + slack, [this] { beat(); });
    if (self_doubt_.turn(now)) {
        detector_.forgive(now);
        emit_(Event{Severity::warning,
                    "member.paused",
                    "this node was paused for longer than its heartbeats allow; it judges nobody "
                    "until it has listened for a while",
                    {}});
    }
    if (!consensus_) return publish();
    watch_disk(now);
    authority_.beat(now);
    consensus_->heartbeat();
    if (fencing_.look(now)) {
        authority_.look_at_kernel();
        report_due_ = true;
    }
    note_liveness(now);
    note_incident();
    if (now >= rounds_.next_report) report_due_ = true;
    // In a calm cluster all that matters comes as news, or with the next report.
    if (report_due_ || !caught_up_ || !control_->calm()) act();
    if (now - rounds_.published >= view_interval) publish();
}

/// A leader that cannot write in time for others stands in their way.
void Member::watch_disk(Instant now) {
    const Duration stalled = store_.stalled_for(now);
    const bool before = std::exchange(
        disk_stalled_, stalled > options_.consensus.raft.election_timeout_max);
    if (!disk_stalled_) return;
    self_doubt_.stalled(now);
    const bool leads = consensus_->is_leader();
    if (!before || leads) {
        emit_(Event{Severity::warning,
                    "disk.stalled",
                    "a write has been waiting for " + std::to_string(whole_milliseconds(stalled)) +
                        " ms on this node's disk; " +
                        (leads ? "it gives up leading consensus" : "it judges nobody meanwhile") +
                        ". Find what else writes there, or replace the disk (`baton node replace`)",
                    {}});
    }
    if (leads) consensus_->step_down();
}

/// For what cannot wait for the next beat. One heartbeat says all of it, and many
/// pairs in it cost time with every peer.
void Member::beat_soon() {
    constexpr Duration for_each_pair = std::chrono::microseconds{10};
    extra_beats_.soon(for_each_pair * authority_.pairs_held(),
                      [this] { authority_.beat(loop_.now()); });
}

/// Collects everything that happened in this turn of the loop into one act.
void Member::act_soon() {
    acts_.soon(consensus_ ? act_pause(consensus_->state()) : Duration{0}, [this] {
        act();
        publish();
    });
}

/// Once is enough: from then on news come as they are agreed on.
void Member::note_progress() {
    if (caught_up_) return;
    const raft::Standing& now = consensus_->standing();
    const auto leader = reports_.find(now.leader);
    const auto told =
        leader == reports_.end() ? std::nullopt : std::optional{leader->second.applied};
    caught_up_ = caught_up(now, consensus_->applied(), consensus_->applied_term(), told);
}

void Member::act() {
    if (!consensus_) return;
    note_progress();
    if (report_due_) send_report();
    if (!consensus_->is_leader()) return;
    const auto heard = heard_reports();
    control_->turn(heard, hearings());
    replacing_->turn(heard, strangers_, loop_.now());
    departing_->turn();
    if (!control_->hurried() || hurry_timer_ != 0) return;
    const Duration pause = std::max(hurry_interval, act_pause(consensus_->state()));
    hurry_timer_ = loop_.at(loop_.now() + pause, [this] {
        hurry_timer_ = 0;
        act();
    });
}

void Member::publish() {
    rounds_.published = loop_.now();
    publish_(view());
}

}  // namespace baton::runtime
