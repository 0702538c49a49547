#include "runtime/control.hpp"

#include "core/cluster/heir.hpp"
#include "core/detector/standpoint.hpp"
#include "core/detector/verdict.hpp"

#include <algorithm>
#include <utility>

namespace baton::runtime {

namespace {

/// A group that is still between primaries after this waits for a person or a
/// node, not for milliseconds.
constexpr Duration hurry_max = std::chrono::seconds{10};
/// Between two attempts to hand consensus over; who did not answer for so long
/// is not asked to lead.
constexpr Duration give_way_interval = std::chrono::seconds{1};
/// A leader that holds a primary hands consensus on once all groups have been steady and
/// led by it for so long: nothing it saw happen matters to its successor any more.
constexpr Duration settled_min = std::chrono::seconds{10};
static_assert(settled_min >= failover::opening_window);

/// Whether consensus could be led from there as well as from here.
bool is_sound(const NodeId& node, const std::vector<NodeId>& voters,
              const std::map<NodeId, cluster::NodeReport>& reports) {
    const auto report = reports.find(node);
    return report != reports.end() && !report->second.disk_stalled &&
           !report->second.doubts_itself &&
           detector::better_placed(node, voters, reports).empty();
}

}  // namespace

Control::Control(Loop& loop, Consensus& consensus, Authority& authority, Emit emit)
    : loop_(loop), consensus_(consensus), authority_(authority), emit_(std::move(emit)) {}

void Control::applied(const cluster::State& state) {
    for (const auto& [id, group] : state.groups) applied(group);
    std::erase_if(watches_, [&](const auto& item) { return !state.groups.contains(item.first); });
}

void Control::applied(const cluster::GroupState& group) {
    const Instant now = loop_.now();
    const auto [place, first] = watches_.try_emplace(group.declared.id);
    Watch& watch = place->second;
    const bool moved = watch.phase != group.phase || watch.epoch != group.epoch;
    if (!first && watch.primary && group.epoch != watch.epoch) watch.failover_at = now;
    if (first || moved) watch.since = now;
    watch.phase = group.phase;
    watch.epoch = group.epoch;
    watch.primary = group.primary;
}

void Control::caught_up() {
    for (auto& [id, watch] : watches_) watch.failover_at = Instant::never();
}

bool Control::calm() const {
    return std::ranges::all_of(watches_, [](const auto& item) {
        return item.second.phase == cluster::Phase::steady;
    });
}

std::set<NodeId> Control::to_cut_off() const {
    std::set<NodeId> nodes;
    if (!consensus_.is_leader()) return nodes;
    for (const auto& [id, watch] : watches_) {
        if (watch.to_cut_off) nodes.insert(watch.to_cut_off);
    }
    return nodes;
}

bool Control::hurried() const {
    const Instant now = loop_.now();
    return consensus_.is_leader() && std::ranges::any_of(watches_, [&](const auto& item) {
        const bool between = item.second.phase == cluster::Phase::fencing ||
                             item.second.phase == cluster::Phase::handing_over;
        return between && now < item.second.since + hurry_max;
    });
}

void Control::role_changed() {
    for (auto& [id, watch] : watches_) {
        watch.since = loop_.now();
        watch.history_at = Instant::never();
        watch.proposing = false;
        watch.sickness = failover::Sickness::none;
        watch.last_rule.clear();
        watch.to_cut_off = NodeId{};
    }
    recording_.clear();
}

void Control::turn(const std::map<NodeId, cluster::NodeReport>& reports,
                   const failover::Hearings& hearings) {
    if (!consensus_.is_leader()) return;
    const Heard heard = heard_in(reports, hearings);
    if (heard.quorum) record_fencing(reports);
    give_way(reports);
    // Whoever takes consensus over hears more, and may know a better standby.
    if (consensus_.status().transfer_to) return;
    const auto state = consensus_.shared_state();
    for (const auto& [id, group] : state->groups) turn_group(group, heard);
}

Control::Heard Control::heard_in(const std::map<NodeId, cluster::NodeReport>& reports,
                                 const failover::Hearings& hearings) const {
    const raft::Status status = consensus_.status();
    Heard heard{reports, hearings, {}, status.quorum_active};
    for (const auto& [node, declared] : consensus_.state().nodes) {
        const bool failed =
            detector::majority_holds_failed(node, status.membership.voters, reports);
        if (failed) heard.failed.insert(node);
    }
    return heard;
}

bool Control::settled() const {
    const Instant now = loop_.now();
    return calm() && std::ranges::all_of(watches_, [&](const auto& item) {
        return now >= item.second.since + settled_min;
    });
}

/// An operator wants this node to lead nothing, it does not hear what another voter
/// hears, or its death would leave a group without a primary and nobody to replace it.
Control::Instead Control::instead_of(const NodeId& self, const std::vector<NodeId>& voters,
                                     const std::map<NodeId, cluster::NodeReport>& reports) const {
    const auto state = consensus_.shared_state();
    if (state->duty_of(self) != cluster::Duty::active) {
        return {voters, "an operator wants it to lead nothing"};
    }
    auto better = detector::better_placed(self, voters, reports);
    if (!better.empty()) return {better, "that one is in touch with nodes that this one is not"};
    if (!settled()) return {};
    auto apart = cluster::without_primary(*state, self, voters);
    std::erase_if(apart, [&](const NodeId& each) { return !is_sound(each, voters, reports); });
    return {apart, "the first also holds a primary, and with both gone an election would delay "
                   "the takeover"};
}

/// Consensus is handed over as soon as somebody may take it.
void Control::give_way(const std::map<NodeId, cluster::NodeReport>& reports) {
    const Instant now = loop_.now();
    if (now < next_give_way_) return;
    const NodeId self = consensus_.standing().leader;
    const raft::Status status = consensus_.status();
    const Instead instead = instead_of(self, status.membership.voters, reports);
    std::map<NodeId, LogIndex> heirs;
    for (const raft::FollowerStatus& each : status.followers) {
        const bool heard = now - each.last_contact <= give_way_interval;
        const bool fit = std::ranges::find(instead.nodes, each.node) != instead.nodes.end();
        if (each.voter && heard && fit) heirs[each.node] = each.match;
    }
    const NodeId next = cluster::heir(*consensus_.shared_state(), heirs);
    if (!next) return;
    next_give_way_ = now + give_way_interval;
    emit_(Event{Severity::info,
                "raft.gives_way",
                "node " + self.text + " hands consensus to node " + next.text + ": " +
                    std::string(instead.why),
                {{"from", self.text}, {"to", next.text}}});
    consensus_.transfer_leadership(next, [](const Result<void>&) {});
}

void Control::turn_group(const cluster::GroupState& group, const Heard& heard) {
    const auto found = watches_.find(group.declared.id);
    if (found == watches_.end() || found->second.proposing) return;
    Watch& watch = found->second;
    const auto state = consensus_.shared_state();
    failover::Situation situation;
    situation.state = state.get();
    situation.group = &group;
    situation.reports = &heard.reports;
    situation.hearings = &heard.hearings;
    situation.quorum = heard.quorum;
    if (const cluster::Instance* primary = group.declared.find(group.primary)) {
        situation.primary_node_failed = heard.failed.contains(primary->node);
    }
    situation.now = loop_.now();
    situation.lease_over = authority_.lease_over(group);
    situation.phase_since = watch.since;
    situation.failover_at = watch.failover_at;
    note_sickness(watch, failover::sickness_of(group, heard.reports));
    situation.sick_since = watch.sick_since;
    situation.history_at = watch.history_at;
    situation.wall_milliseconds = loop_.wall_milliseconds();
    follow_course(watch, group, heard);
    situation.course = &watch.course;
    const failover::Plan plan = failover::assess(situation);
    note_rule(watch, group, plan);
    watch.to_cut_off = plan.to_cut_off;
    if (plan.command) propose(group, plan);
}

void Control::note_sickness(Watch& watch, failover::Sickness seen) {
    if (seen != watch.sickness) watch.sick_since = loop_.now();
    watch.sickness = seen;
}

/// Where the primary stands, in the life that was appointed. Closed, it has said
/// its last position.
void Control::follow_course(Watch& watch, const cluster::GroupState& group, const Heard& heard) {
    const cluster::Instance* declared = group.declared.find(group.primary);
    if (declared == nullptr) return;
    const auto node = heard.reports.find(declared->node);
    if (node == heard.reports.end()) return;
    const cluster::InstanceReports& known = node->second.instances;
    const auto primary = known.find(group.primary);
    if (primary == known.end() || primary->second.run_id != group.primary_run_id) return;
    // What does not answer is reported as it was.
    if (primary->second.process != cluster::ProcessState::running) return;
    const auto hearing = heard.hearings.find(declared->node);
    const Duration age = hearing == heard.hearings.end() ? Duration{0} : hearing->second.report_age;
    const bool writes = primary->second.role == cluster::ServerRole::primary;
    watch.course.heard(group.epoch, primary->second.offset,
                       writes ? primary->second.bytes_per_second : 0, loop_.now() - age);
}

/// One event per change of rule, not one per turn.
void Control::note_rule(Watch& watch, const cluster::GroupState& group,
                        const failover::Plan& plan) {
    const std::string key = std::string(plan.rule->id) + "/" + std::to_string(group.epoch.value);
    if (watch.last_rule == key) return;
    watch.last_rule = key;
    const bool bad = plan.facts.primary != failover::Primary::serving ||
                     group.phase == cluster::Phase::fencing || !plan.facts.quorum;
    emit_(Event{bad ? Severity::warning : Severity::info, "rule." + std::string(plan.rule->id),
                "group " + group.declared.id.text + ": " + std::string(plan.rule->why),
                {{"group", group.declared.id.text},
                 {"epoch", std::to_string(group.epoch.value)},
                 {"facts", failover::describe(plan.facts)},
                 {"candidates", failover::describe(plan.choice)}}});
}

void Control::propose(const cluster::GroupState& group, const failover::Plan& plan) {
    const GroupId id = group.declared.id;
    const bool opens = plan.rule->step == failover::Step::record_opened;
    watches_[id].proposing = true;
    consensus_.propose(*plan.command, [this, id, opens, now = loop_.now()](
                                          const Result<cluster::EntryReference>& outcome) {
        const auto watch = watches_.find(id);
        if (watch != watches_.end()) {
            watch->second.proposing = false;
            if (outcome && opens) watch->second.history_at = now;
        }
        if (outcome || outcome.error().kind == ErrorKind::outcome_unknown) return;
        emit_(Event{Severity::warning, "decision.rejected",
                    "group " + id.text + ": a decision was not taken: " + outcome.error().message,
                    {{"group", id.text}}});
    });
}

/// Keeps the committed fencing tier of each node equal to what it reports: the
/// tier decides whether time alone permits a takeover from that node.
void Control::record_fencing(const std::map<NodeId, cluster::NodeReport>& reports) {
    const auto state = consensus_.shared_state();
    for (const auto& item : state->nodes) {
        const NodeId node = item.first;
        const auto report = reports.find(node);
        if (report == reports.end() || report->second.fencing == item.second.fencing) continue;
        if (!recording_.insert(node).second) continue;
        consensus_.propose(
            cluster::RecordFencing{node, report->second.fencing},
            [this, node](const Result<cluster::EntryReference>&) { recording_.erase(node); });
    }
}

}  // namespace baton::runtime
