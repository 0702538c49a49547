// What the log tells the member, and what others ask of it. The loops are in
// member.cpp.
#include "runtime/member.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace baton::runtime {

namespace {

/// A loss that breaks no promise is still said: nobody should have to find out.
Event loss_event(const GroupId& group, const cluster::Loss& loss) {
    const bool may_lack =
        loss.promise == cluster::Promise::none && (!loss.heard || loss.bytes_likely() > 0);
    Event event{may_lack ? Severity::warning : Severity::info,
                "failover.loss",
                "group " + group.text + ": " + failover::describe(loss),
                {{"group", group.text},
                 {"epoch", std::to_string(loss.epoch.value)},
                 {"from", loss.from.text},
                 {"to", loss.to.text},
                 {"promise", std::string(cluster::name_of(loss.promise))},
                 {"promoted_offset", std::to_string(loss.promoted)}}};
    if (loss.heard) {
        event.fields.emplace_back("heard_offset", std::to_string(*loss.heard));
        event.fields.emplace_back("heard_age_ms", std::to_string(whole_milliseconds(loss.age)));
        event.fields.emplace_back("bytes_known", std::to_string(loss.bytes_known()));
        event.fields.emplace_back("bytes_likely", std::to_string(loss.bytes_likely()));
    }
    if (loss.window) {
        event.fields.emplace_back("window_ms", std::to_string(whole_milliseconds(*loss.window)));
    }
    return event;
}

}  // namespace

void Member::truncated(LogIndex index) {
    authority_.truncated(index);
    if (consensus_) authority_.configure(consensus_->status(), loop_.now());
}

void Member::appended(const raft::Entry& entry, const cluster::Command* command) {
    if (command != nullptr) authority_.appended(entry.index, *command);
    if (const auto* admit = std::get_if<cluster::AdmitIncarnation>(command)) {
        named_[admit->node] = admit->incarnation;
    }
    const bool membership = entry.kind == raft::EntryKind::membership;
    if (membership && consensus_) authority_.configure(consensus_->status(), loop_.now());
}

void Member::applied(const raft::Entry& entry, const cluster::Command* command,
                     const Result<void>& outcome) {
    if (settles_membership(entry)) membership_settled_ = loop_.now();
    const bool news = caught_up_;
    if (control_) note_progress();
    if (command == nullptr || !outcome || !control_) return;
    if (const GroupId* id = cluster::group_of(*command)) {
        const cluster::GroupState& group = *consensus_->state().group(*id);
        authority_.applied(group);
        control_->applied(group);
    } else {
        authority_.applied(consensus_->state());
        control_->applied(consensus_->state());
        meet_peers();
    }
    report_due_ = true;
    act_soon();
    // What a restarted agent reads again happened long ago and was told then.
    if (!news) return;
    tell(*command);
    // The new holder needs its first lease now, not at the next heartbeat.
    const auto* appoint = std::get_if<cluster::Appoint>(command);
    if (appoint != nullptr && authority_.holds({appoint->group, appoint->epoch})) beat_soon();
}

/// Until a leader's own first entry is committed, voters may hold an uncommitted
/// membership of its predecessor, and renew leases under it.
bool Member::settles_membership(const raft::Entry& entry) {
    if (entry.kind == raft::EntryKind::membership) return true;
    return consensus_->leads_in(entry.term) &&
           std::exchange(first_commit_in_, entry.term) != entry.term;
}

/// Operators hear of what was agreed on.
void Member::tell(const cluster::Command& command) {
    if (const auto* appoint = std::get_if<cluster::Appoint>(&command)) {
        emit_(Event{Severity::info,
                    "group.appointed",
                    "group " + appoint->group.text + ": " + appoint->instance.text +
                        " is appointed primary at epoch " + std::to_string(appoint->epoch.value),
                    {{"group", appoint->group.text},
                     {"instance", appoint->instance.text},
                     {"epoch", std::to_string(appoint->epoch.value)}}});
        if (appoint->loss.epoch.value > 0) emit_(loss_event(appoint->group, appoint->loss));
    }
    if (const auto* replace = std::get_if<cluster::ReplaceNode>(&command)) {
        emit_(Event{Severity::info,
                    "node.replace_asked",
                    "node " + replace->node.text +
                        " is to come back with a new data directory, asked by " + replace->by,
                    {{"node", replace->node.text}, {"by", replace->by}}});
    }
    if (const auto* add = std::get_if<cluster::AddNode>(&command)) {
        emit_(Event{Severity::info,
                    "node.added",
                    "node " + add->node.id.text + " is to join the cluster, asked by " + add->by,
                    {{"node", add->node.id.text}, {"by", add->by}}});
    }
    if (const auto* forget = std::get_if<cluster::ForgetNode>(&command)) {
        emit_(Event{Severity::info,
                    "node.forgotten",
                    "node " + forget->node.text + " has left the cluster",
                    {{"node", forget->node.text}}});
    }
    if (const auto* cut = std::get_if<cluster::RecordCutOff>(&command)) {
        emit_(Event{Severity::warning,
                    "node.cut_off",
                    (cut->by.empty()
                         ? "node " + cut->node.text + " was cut off by the operator's command"
                         : cut->by + " says that node " + cut->node.text + " is switched off") +
                        ": what was revoked there before entry " +
                        std::to_string(cut->after.next().value) + " can no longer act",
                    {{"node", cut->node.text},
                     {"after", std::to_string(cut->after.value)},
                     {"by", cut->by}}});
    }
    if (const auto* declare = std::get_if<cluster::Declare>(&command)) {
        emit_(Event{Severity::info,
                    "config.declared",
                    "another configuration is declared, asked by " + declare->by,
                    {{"by", declare->by}}});
    }
    if (const auto* revoke = std::get_if<cluster::Revoke>(&command)) {
        emit_(
            Event{Severity::warning,
                  "group.revoked",
                  "group " + revoke->group.text + ": epoch " + std::to_string(revoke->epoch.value) +
                      " is revoked: " + revoke->reason.why,
                  {{"group", revoke->group.text}, {"epoch", std::to_string(revoke->epoch.value)}}});
    }
}

void Member::restored() {
    authority_.configure(consensus_->status(), loop_.now());
    authority_.applied(consensus_->state());
    if (control_) control_->applied(consensus_->state());
    meet_peers();
    act_soon();
}

/// The cluster file of this node may be older than the cluster.
void Member::meet_peers() {
    std::map<NodeId, cluster::Endpoint> peers;
    for (const auto& [node, each] : consensus_->state().nodes) {
        if (node != options_.self) peers[node] = each.declared.peer;
    }
    if (peers == met_) return;
    met_ = std::move(peers);
    const auto forgotten = [this](const auto& item) {
        return item.first != options_.self && !met_.contains(item.first);
    };
    std::erase_if(reports_, forgotten);
    std::erase_if(report_times_, forgotten);
    std::erase_if(connected_, forgotten);
    std::erase_if(missed_, [&](const NodeId& node) { return !met_.contains(node); });
    transport_.meet(met_);
}

void Member::storage_failed(const Error& error) {
    emit_(Event{Severity::error,
                "member.storage_failed",
                "this node can no longer write its log and takes part in nothing: " +
                    error.message +
                    ". Its agent ends, and begins again when something can be stored",
                {}});
    if (options_.log_failed) options_.log_failed();
}

void Member::role_changed() {
    const raft::Standing& now = consensus_->standing();
    const bool campaigning =
        now.role == raft::Role::candidate || now.role == raft::Role::pre_candidate;
    if (campaigning && now.role != last_.role) ++elections_started_;
    last_.role = now.role;
    if (now.leader && now.leader != last_.leader) {
        ++leader_changes_;
        last_.leader = now.leader;
        emit_(Event{Severity::info,
                    "raft.leader",
                    "node " + now.leader.text + " leads consensus in term " +
                        std::to_string(now.term.value),
                    {{"leader", now.leader.text}, {"term", std::to_string(now.term.value)}}});
    }
    if (control_) control_->role_changed();
    if (replacing_) replacing_->role_changed();
    if (departing_) departing_->role_changed();
    act_soon();
}

void Member::instances(cluster::InstanceReports reports) {
    if (reports == instances_) return;
    instances_ = std::move(reports);
    report_due_ = true;
    act_soon();
}

void Member::fronts(SharedMap<GroupId, Epoch> served) {
    if (served == fronts_) return;
    fronts_ = std::move(served);
    report_due_ = true;
    act_soon();
}

void Member::set_open(const lease::Pair& pair, bool open) {
    authority_.set_open(pair, open);
    // Fronts everywhere wait for this word.
    if (consensus_) beat_soon();
    act_soon();
}

void Member::standby_confirmed(const lease::Pair& pair, const cluster::Instance& instance) {
    authority_.standby_confirmed(pair, instance, loop_.now());
}

/// If the proposal gets lost, the command is run again: the wait goes on.
void Member::cut_off(const NodeId& node, LogIndex after) {
    if (!consensus_) return;
    consensus_->propose(cluster::RecordCutOff{node, after, ""},
                        [](const Result<cluster::EntryReference>&) {});
}

void Member::close_epoch(const GroupId& group, Epoch epoch, Done<void> done) {
    authority_.close(group, epoch);
    const auto known = closed_.find(group);
    if (known != closed_.end() && known->second >= epoch) return done(success());
    store_.close_epoch(group, epoch,
                       [this, alive = alive_, group, epoch, done](Result<void> stored) {
                           if (!*alive) return;
                           if (stored) {
                               Epoch& closed = closed_[group];
                               closed = std::max(closed, epoch);
                               report_due_ = true;
                               act_soon();
                           }
                           done(std::move(stored));
                       });
}

void Member::propose(const cluster::Command& command, Done<cluster::EntryReference> done) {
    if (!consensus_) return done(unavailable(view().waiting_for));
    consensus_->propose(command, std::move(done));
}

void Member::propose_membership(raft::Membership next, Done<cluster::EntryReference> done) {
    if (!consensus_) return done(unavailable(view().waiting_for));
    // The majorities of two quick changes need not meet, so a takeover could
    // miss the voter that renewed last.
    const Duration pause = lease::takeover_wait(consensus_->state().settings.lease);
    if (loop_.now() < membership_settled_ + pause) {
        return done(refused("the membership changed less than a lease ago; wait " +
                            std::to_string(whole_milliseconds(pause)) + " ms and repeat"));
    }
    consensus_->propose_membership(std::move(next), std::move(done));
}

void Member::transfer_leadership(const NodeId& to, Done<void> done) {
    if (!consensus_) return done(unavailable(view().waiting_for));
    consensus_->transfer_leadership(to, std::move(done));
}

void Member::read_barrier(Done<void> done) {
    if (!consensus_) return done(unavailable(view().waiting_for));
    consensus_->read_barrier(std::move(done));
}

void Member::create_snapshot(Done<cluster::EntryReference> done) {
    if (!consensus_) return done(unavailable(view().waiting_for));
    consensus_->create_snapshot(
        [this, alive = alive_, done = std::move(done)](Result<cluster::EntryReference> made) {
            if (!*alive) return;
            publish();
            done(std::move(made));
        });
}

void Member::compact_log(Done<LogIndex> done) {
    if (!consensus_) return done(unavailable(view().waiting_for));
    const LogIndex first = consensus_->compact_log();
    publish();
    done(first);
}

MemberView Member::view() const {
    MemberView view;
    const Instant now = loop_.now();
    view.at = now;
    view.incarnation = recovered_.identity.incarnation;
    if (!consensus_) {
        view.waiting_for = formation_ ? formation_->waiting_for() : "the log is being opened";
        return view;
    }
    view.formed = true;
    view.caught_up = caught_up_;
    view.raft = consensus_->status();
    view.state = consensus_->shared_state();
    view.applied = consensus_->applied();
    view.applied_term = consensus_->applied_term();
    view.lease_ends = authority_.lease_ends();
    view.open = authority_.open_pairs();
    view.closed = closed_;
    view.reports = reports_;
    view.report_times = report_times_;
    view.strangers = strangers_;
    view.peers = peers(now);
    if (control_) view.to_cut_off = control_->to_cut_off();
    view.round_trips = authority_.round_trips().at(now);
    view.incident = incidents_.last();
    view.guard_lateness = fences_.guard.lateness();
    view.guard_seen = fencing_.guard_seen();
    view.kernel_lease = fences_.kernel.status();
    view.tiers = fencing_.tiers(now);
    view.heartbeats_sent = authority_.heartbeats_sent();
    view.elections_started = elections_started_;
    view.leader_changes = leader_changes_;
    return view;
}

std::vector<cluster::PeerView> Member::peers(Instant now) const {
    std::vector<cluster::PeerView> peers;
    for (const auto& [node, state] : consensus_->state().nodes) {
        if (node == options_.self) continue;
        const auto connected = connected_.find(node);
        peers.push_back({node, detector_.liveness(node, now), detector_.phi(node, now),
                         connected != connected_.end() && connected->second,
                         static_cast<std::uint32_t>(detector_.samples(node)),
                         missed_.contains(node)});
    }
    return peers;
}

ClusterId Member::cluster() const {
    return recovered_.identity.cluster;
}

Result<void> Member::admit(const NodeId& peer, Incarnation incarnation,
                           const ClusterId& cluster) const {
    const auto refuse = [&](const std::string& why) {
        return refused("node '" + options_.self.text + "' refuses node '" + peer.text +
                       "': " + why);
    };
    if (!consensus_ || !cluster) return success();
    const cluster::State& state = consensus_->state();
    if (cluster != state.id) {
        return refuse("it belongs to cluster " + cluster.text + ", this is cluster " +
                      state.id.text + "; check peer addresses and data directories");
    }
    const auto known = state.nodes.find(peer);
    if (known == state.nodes.end()) return refuse("the cluster does not know that name");
    // A directory that says it belongs here has joined by a committed state that
    // names it. If our log does too, we only have not heard yet that it is committed,
    // and without that directory there may be nobody left to hear it from.
    const auto named = named_.find(peer);
    const bool admitted = known->second.incarnation == incarnation ||
                          (named != named_.end() && named->second == incarnation);
    if (!admitted) {
        return refuse(
            "its data directory is not the one the cluster knows; run `baton node "
            "replace --node=" +
            peer.text + "` to admit the new one");
    }
    return success();
}

}  // namespace baton::runtime
