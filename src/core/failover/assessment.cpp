#include "core/failover/assessment.hpp"

#include "core/failover/completeness.hpp"
#include "core/failover/descent.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace baton::failover {

namespace {

using cluster::GroupState;
using cluster::InstanceReport;
using cluster::NodeReport;
using cluster::ServerRole;

const InstanceReport* primary_report(const Situation& s, const InstanceReports& reports) {
    const auto found = reports.find(s.group->primary);
    return found == reports.end() ? nullptr : &found->second;
}

/// Others' opinions are as old as their reports. What they thought of the node before
/// it was appointed says nothing about the new lease, which cannot be over yet.
bool is_silent(const Situation& s) {
    return s.primary_node_failed && s.now >= s.failover_at + s.state->settings.lease;
}

Primary judge_primary(const Situation& s, const InstanceReport* report) {
    if (!s.group->primary) return Primary::serving;
    if (report != nullptr && report->closed >= s.group->epoch) return Primary::closed;
    if (is_silent(s)) return Primary::silent;
    const bool hung = sickness_of(*s.group, *s.reports) == Sickness::hung &&
                      s.now >= s.sick_since + s.group->declared.frozen_after + hung_max;
    return hung ? Primary::hung : Primary::serving;
}

/// The node of the primary; null if it is none of the cluster's any more.
const cluster::NodeState* primary_node(const Situation& s) {
    const cluster::Instance* holder = s.group->declared.find(s.group->primary);
    const auto node = holder == nullptr ? s.state->nodes.end() : s.state->nodes.find(holder->node);
    return node == s.state->nodes.end() ? nullptr : &node->second;
}

bool closes_itself(const cluster::NodeState& node) {
    return node.fencing >= cluster::FencingTier::guard;
}

/// S1 in one place: proof, the lease's end on a node that closes by itself, or a
/// node that was cut off after the revocation.
OldPrimary judge_old_primary(const Situation& s, const InstanceReport* report) {
    if (report != nullptr && report->closed >= s.group->epoch) return OldPrimary::over;
    const cluster::NodeState* node = primary_node(s);
    if (node == nullptr) return OldPrimary::may_act;
    if (closes_itself(*node) && s.now >= s.lease_over) return OldPrimary::over;
    const bool cut_off = s.group->revoked && cluster::cut_off_since(*node, s.group->revocation);
    return cut_off ? OldPrimary::over : OldPrimary::may_act;
}

/// Nothing else can end the wait: the node is silent, and time says nothing about it.
bool waits_for_cut(const Situation& s, const Facts& facts) {
    const cluster::NodeState* node = primary_node(s);
    return node != nullptr && !s.state->settings.fencing.words.empty() && s.quorum &&
           facts.phase == Phase::fencing && facts.old_primary == OldPrimary::may_act &&
           s.primary_node_failed && !closes_itself(*node);
}

/// Somebody is there to take over: what died or is not heard gets nothing.
bool successor_is_there(const Situation& s, const InstanceReports& reports) {
    const auto successor = reports.find(s.group->successor);
    const cluster::Instance* declared = s.group->declared.find(s.group->successor);
    return successor != reports.end() && declared != nullptr &&
           successor->second.process == cluster::ProcessState::running &&
           successor->second.problem.empty() && doubt_about(declared->node, *s.hearings).empty();
}

bool disk_stalled(const cluster::Instance* instance,
                  const std::map<NodeId, NodeReport>& reports) {
    if (instance == nullptr) return false;
    const auto report = reports.find(instance->node);
    return report != reports.end() && report->second.disk_stalled;
}

/// It gave its writes up for the successor, but only memory knows of it.
bool gave_up_unpromised(const Situation& s, const InstanceReport* primary) {
    return primary != nullptr && primary->closed < s.group->epoch &&
           primary->role == ServerRole::standby && primary->opened == Epoch{} &&
           primary->handed_over_to == s.group->successor &&
           disk_stalled(s.group->declared.find(s.group->primary), *s.reports);
}

/// Every opening begins a new history, also a second one at the same epoch. A
/// primary that is closed for a moment is believed while it still holds the
/// recorded history as its previous one: its memory was not lost.
bool judge_history_moved(const Situation& s, const InstanceReport* primary) {
    if (primary == nullptr || primary->closed >= s.group->epoch) return false;
    const std::string& recorded = s.group->lineage.replication_id;
    if (primary->replication_id.empty() || primary->replication_id == recorded) return false;
    const bool only_closed = primary->role == ServerRole::standby && !primary->following &&
                             primary->replication_id2 == recorded;
    return primary->opened == s.group->epoch || only_closed;
}

HandOverStep judge_hand_over(const Situation& s, const InstanceReport* primary,
                             const InstanceReports& reports) {
    if (s.group->phase != Phase::handing_over) return HandOverStep::none;
    const bool closed = primary != nullptr && primary->closed >= s.group->epoch;
    // The primary's node compared both positions after it had closed; a copy of
    // the successor's position that arrived here earlier proves nothing.
    const bool there = successor_is_there(s, reports);
    if (closed && there && reports.at(s.group->successor).role == ServerRole::standby &&
        primary->handed_over_to == s.group->successor) {
        return HandOverStep::clean;
    }
    if (!closed && !there) return HandOverStep::lost;
    if (gave_up_unpromised(s, primary)) return HandOverStep::unpromised;
    // Each switchover is tried once, also where the primary loses its lease meanwhile.
    const LogIndex begun = cluster::phase_began_at(*s.group);
    const bool tried = primary != nullptr && begun.value > 0 && primary->hand_over_failed == begun;
    if (!closed && tried) return HandOverStep::given_up;
    // Twice the primary's own deadline: it gives up first, so an undo can only
    // meet a primary that serves or one that has proven to be closed.
    const Instant expiry = s.phase_since + 2 * s.group->declared.switchover_timeout;
    return !closed && s.now >= expiry ? HandOverStep::expired : HandOverStep::none;
}

/// It follows nobody because an operator wants it so.
bool is_fenced(const Situation& s, const InstanceId& instance) {
    const cluster::Instance* declared = s.group->declared.find(instance);
    return declared != nullptr && s.state->duty_of(declared->node) == cluster::Duty::fenced;
}

bool judge_repaired(const Situation& s, const InstanceReports& reports) {
    for (const auto& [id, report] : reports) {
        const bool is_primary = id == s.group->primary;
        if (!is_primary && is_fenced(s, id)) continue;
        const bool well = is_primary ? report.opened == s.group->epoch
                                     : report.following == s.group->primary && report.link_up;
        if (!well) return false;
    }
    return std::ranges::all_of(*s.reports, [&](const auto& item) {
        const auto& [node, report] = item;
        const auto served = report.fronts.find(s.group->declared.id);
        const bool current = served != report.fronts.end() && served->second == s.group->epoch;
        return current || !s.group->declared.fronted_on(node);
    });
}

Purpose purpose_of(const GroupState& group) {
    if (group.phase == Phase::vacant) return Purpose::birth;
    return group.phase == Phase::fencing ? Purpose::takeover : Purpose::switchover;
}

std::set<NodeId> stalled_nodes(const std::map<NodeId, NodeReport>& reports) {
    std::set<NodeId> stalled;
    for (const auto& [node, report] : reports) {
        if (report.disk_stalled) stalled.insert(node);
    }
    return stalled;
}

bool judge_sick(const Situation& s) {
    switch (sickness_of(*s.group, *s.reports)) {
        case Sickness::none:
        case Sickness::hung: return false;
        case Sickness::server: return s.now >= s.sick_since + server_sick_max;
        case Sickness::disk: return s.now >= s.sick_since + disk_sick_max;
    }
    return false;
}

std::map<NodeId, cluster::Duty> duties_of(const cluster::State& state) {
    std::map<NodeId, cluster::Duty> duties;
    for (const auto& [node, each] : state.nodes) {
        if (each.duty != cluster::Duty::active) duties.emplace(node, each.duty);
    }
    return duties;
}

Election election_of(const Situation& s, InstanceReports reports) {
    Election election;
    election.group = s.group;
    election.reports = std::move(reports);
    election.hearings = s.hearings;
    election.purpose = purpose_of(*s.group);
    election.target =
        s.group->phase == Phase::handing_over ? s.group->successor : s.group->request.target;
    const bool moved_away = s.group->request.kind == RequestKind::failover &&
                            s.group->request.target != s.group->primary;
    if (moved_away) election.avoid = s.group->primary;
    election.duties = duties_of(*s.state);
    election.stalled = stalled_nodes(*s.reports);
    const InstanceReport* primary = primary_report(s, election.reports);
    election.lease_over = judge_old_primary(s, primary) == OldPrimary::over;
    election.loss_accepted = s.group->request.accept_loss;
    const Duration patience =
        election.purpose == Purpose::birth ? birth_patience : position_patience;
    election.patience_over = s.now >= s.phase_since + patience;
    election.further_patience_over = s.now >= s.phase_since + further_patience;
    // Only the leader that recorded the opening can tell.
    election.just_opened = s.history_at != Instant::never() &&
                           s.phase_since <= s.history_at + opening_window;
    return election;
}

std::string run_id_of(const InstanceReports& reports, const InstanceId& instance) {
    const auto report = reports.find(instance);
    return report == reports.end() ? "" : report->second.run_id;
}

cluster::Promise promise_of(const Situation& s, const Plan& plan) {
    if (plan.facts.hand_over == HandOverStep::clean) return cluster::Promise::handed_over;
    const bool replicated = s.group->declared.durability == cluster::Durability::replicated;
    const bool kept = replicated && plan.facts.candidate == Candidate::complete;
    return kept ? cluster::Promise::replicated : cluster::Promise::none;
}

/// What replacing the primary costs; nothing at birth, and where it is appointed anew
/// and remembers everything.
cluster::Loss loss_of(const Situation& s, const Plan& plan, const InstanceReports& reports) {
    const auto found = reports.find(plan.choice.best);
    const InstanceReport chosen = found == reports.end() ? InstanceReport{} : found->second;
    const bool stays = s.group->primary == plan.choice.best;
    if (!s.group->primary || (stays && chosen.run_id == s.group->primary_run_id)) return {};
    const cluster::Lineage& lineage = s.group->lineage;
    const bool left = found != reports.end() && !descends(chosen, lineage);
    std::uint64_t promoted = position_in(lineage, chosen);
    // The primary's node compared both when it had closed; of the successor this leader
    // may have heard before that.
    if (plan.facts.hand_over == HandOverStep::clean) {
        promoted = std::max(promoted, position_in(lineage, *primary_report(s, reports)));
    }
    cluster::Loss loss;
    loss.promoted = promoted;
    if (s.course != nullptr) loss = s.course->behind(s.group->epoch, promoted, s.now);
    if (left) loss.abandoned = lineage.replication_id;
    // An append-only file brings everything back, and no position that could be compared.
    const bool untold = stays && left && promoted == 0;
    if (untold) loss.heard.reset();
    if (untold) loss.window.reset();
    loss.epoch = s.group->epoch.next();
    loss.from = s.group->primary;
    loss.to = plan.choice.best;
    loss.promise = promise_of(s, plan);
    return loss;
}

std::vector<InstanceId> followers_of(const Situation& s, const InstanceReports& reports) {
    std::vector<InstanceId> followers;
    for (const auto& [id, report] : reports) {
        if (report.following == s.group->primary && report.link_up) followers.push_back(id);
    }
    return followers;
}

cluster::Command command_for(const Situation& s, const Plan& plan,
                             const InstanceReports& reports) {
    const InstanceReport* primary = primary_report(s, reports);
    const GroupId id = s.group->declared.id;
    const Epoch epoch = s.group->epoch;
    cluster::Reason reason{std::string(plan.rule->id), std::string(plan.rule->why),
                           describe(plan.facts) + " | " + describe(plan.choice),
                           s.wall_milliseconds};
    switch (plan.rule->step) {
        case Step::revoke: return cluster::Revoke{id, epoch, reason};
        case Step::appoint: {
            cluster::Loss loss = loss_of(s, plan, reports);
            if (loss.epoch.value > 0) reason.inputs += " | " + describe(loss);
            return cluster::Appoint{
                id,   epoch.next(), plan.choice.best, run_id_of(reports, plan.choice.best),
                loss, reason};
        }
        case Step::record_opened:
            return cluster::RecordOpened{id,
                                         epoch,
                                         primary->replication_id,
                                         primary->offset,
                                         primary->replication_id2,
                                         left_at(*primary),
                                         reason};
        case Step::record_holder: {
            HolderDue due = holder_due(*s.group, reports);
            return cluster::RecordHolder{id, epoch, due.instance, due.run_id, due.reach, reason};
        }
        case Step::record_steady:
            return cluster::RecordSteady{id, epoch, true, followers_of(s, reports), reason};
        case Step::record_broken: return cluster::RecordSteady{id, epoch, false, {}, reason};
        case Step::hand_over: return cluster::HandOver{id, epoch, plan.choice.best, reason};
        case Step::undo_hand_over: return cluster::HandOver{id, epoch, InstanceId{}, reason};
        case Step::stay:
        case Step::drop_request: break;
    }
    return cluster::Request{id,
                            epoch,
                            RequestKind::none,
                            InstanceId{},
                            false,
                            "baton",
                            std::string(plan.rule->why) + " (" + describe(plan.choice) + ")",
                            s.wall_milliseconds};
}

}  // namespace

InstanceReports instance_reports(const GroupState& group,
                                 const std::map<NodeId, NodeReport>& reports) {
    InstanceReports found;
    for (const cluster::Instance& instance : group.declared.instances) {
        const auto report = reports.find(instance.node);
        if (report == reports.end()) continue;
        const auto own = report->second.instances.find(instance.id);
        if (own != report->second.instances.end()) found.share(own);
    }
    return found;
}

Choice switchover_choice(const cluster::State& state, const GroupState& group,
                         const std::map<NodeId, NodeReport>& reports, const Hearings& hearings,
                         const InstanceId& target) {
    Election election;
    election.group = &group;
    election.duties = duties_of(state);
    election.reports = instance_reports(group, reports);
    election.stalled = stalled_nodes(reports);
    election.hearings = &hearings;
    election.purpose = Purpose::switchover;
    election.target = target;
    election.patience_over = true;
    return choose(election);
}

Choice failover_choice(const cluster::State& state, const GroupState& group,
                       const std::map<NodeId, NodeReport>& reports) {
    Election election;
    election.group = &group;
    election.duties = duties_of(state);
    election.reports = instance_reports(group, reports);
    election.purpose = Purpose::takeover;
    election.patience_over = true;
    election.foreseen = true;
    return choose(election);
}

Sickness sickness_of(const GroupState& group, const std::map<NodeId, NodeReport>& reports) {
    const cluster::Instance* holder = group.declared.find(group.primary);
    if (holder == nullptr) return Sickness::none;
    const auto node = reports.find(holder->node);
    if (node == reports.end()) return Sickness::none;
    const auto server = node->second.instances.find(holder->id);
    const bool told = server != node->second.instances.end();
    if (told && server->second.process == cluster::ProcessState::frozen) return Sickness::hung;
    if (told && server->second.cannot_save) return Sickness::server;
    return node->second.disk_stalled ? Sickness::disk : Sickness::none;
}

Plan assess(const Situation& s) {
    Plan plan;
    const auto reports = instance_reports(*s.group, *s.reports);
    const InstanceReport* primary = primary_report(s, reports);
    plan.choice = choose(election_of(s, reports));
    Facts& facts = plan.facts;
    facts.phase = s.group->phase;
    facts.quorum = s.quorum;
    facts.primary = judge_primary(s, primary);
    facts.old_primary = judge_old_primary(s, primary);
    facts.hand_over = judge_hand_over(s, primary, reports);
    facts.candidate =
        facts.hand_over == HandOverStep::clean ? Candidate::complete : plan.choice.verdict;
    if (facts.hand_over == HandOverStep::clean) plan.choice.best = s.group->successor;
    facts.request = s.group->request.kind;
    facts.loss_accepted = s.group->request.accept_loss;
    facts.paused = s.group->paused;
    facts.needs_proof = s.now < s.failover_at + s.group->declared.failover_block;
    const cluster::Instance* holder = s.group->declared.find(s.group->primary);
    const cluster::Duty duty =
        holder == nullptr ? cluster::Duty::active : s.state->duty_of(holder->node);
    facts.fenced = duty == cluster::Duty::fenced;
    facts.drained = duty == cluster::Duty::drained;
    facts.sick = judge_sick(s);
    facts.opened =
        primary != nullptr && primary->opened == s.group->epoch && !primary->replication_id.empty();
    facts.history_moved = judge_history_moved(s, primary);
    facts.holder_due = static_cast<bool>(holder_due(*s.group, reports).instance);
    facts.repaired = judge_repaired(s, reports);
    if (waits_for_cut(s, facts)) plan.to_cut_off = holder->node;
    plan.rule = &decide(facts);
    if (plan.rule->step != Step::stay) plan.command = command_for(s, plan, reports);
    return plan;
}

}  // namespace baton::failover
