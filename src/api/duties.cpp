#include "api/duties.hpp"

#include "api/health.hpp"
#include "core/failover/assessment.hpp"

namespace baton::api {

namespace {

using cluster::Duty;

std::vector<GroupId> groups_led_by(const View& view, const NodeId& node) {
    std::vector<GroupId> led;
    for (const auto& [id, group] : view.state->groups) {
        const auto* primary = group.declared.find(appointed(group));
        if (primary != nullptr && primary->node == node) led.push_back(id);
    }
    return led;
}

/// It reports, and nothing makes it suspect.
bool is_heard(const View& view, const NodeId& node) {
    if (node == view.self) return true;
    return view.report_times.contains(node) &&
           failover::doubt_about(node, heard_in(view).hearings).empty();
}

/// Every primary must have somewhere to go before its node is drained.
Result<void> may_move(const View& view, const std::vector<GroupId>& groups) {
    const Heard heard = heard_in(view);
    for (const GroupId& id : groups) {
        const auto& group = *view.state->group(id);
        const failover::Choice choice = failover::switchover_choice(
            *view.state, group, heard.reports, heard.hearings, InstanceId{});
        if (choice.verdict == failover::Candidate::complete) continue;
        return refused("group " + id.text + " has nowhere to go: " + failover::describe(choice) +
                       "; bring a standby back first");
    }
    return success();
}

/// What a server holds beyond the place where the present history began, in a
/// history that is over. Following the primary discards it.
std::vector<std::string> divergence(const View& view, const NodeId& node) {
    std::vector<std::string> found;
    for (const auto& [id, group] : view.state->groups) {
        const auto* instance = group.declared.on(node);
        const auto* report = instance == nullptr ? nullptr : look_at(view, group, *instance).report;
        if (report == nullptr || instance->id == appointed(group)) continue;
        const cluster::Lineage& lineage = group.lineage;
        const bool same = report->replication_id == lineage.replication_id ||
                          report->replication_id2 == lineage.replication_id;
        if (same || report->offset <= lineage.offset) continue;
        found.push_back(instance->id.text + " holds " +
                        std::to_string(report->offset - lineage.offset) +
                        " bytes of a history that is over");
    }
    return found;
}

Result<void> may_fence(const NodeId& node, const DutyPlan& plan, const Order& order) {
    if (plan.heard || order.force) return success();
    return refused("node " + node.text +
                   " is not heard and cannot confirm that it is fenced; force records it all the "
                   "same: it is kept from acting by the end of its leases now, and fenced as soon "
                   "as it hears of it");
}

Result<void> may_rejoin(const DutyPlan& plan, const Order& order) {
    if (plan.discards.empty() || order.force) return success();
    std::string what;
    for (const std::string& each : plan.discards) what += (what.empty() ? "" : "; ") + each;
    return refused(what +
                   ": rejoining discards that; save it first if it matters, then force it "
                   "(--force-resync)");
}

Result<void> judge(const View& view, const NodeId& node, Duty duty, const DutyPlan& plan,
                   const Order& order) {
    switch (duty) {
        case Duty::active: return may_rejoin(plan, order);
        case Duty::drained: return may_move(view, plan.moves);
        case Duty::fenced: return may_fence(node, plan, order);
    }
    return success();
}

Json steps_of(const NodeId& node, Duty duty, const DutyPlan& plan) {
    Json steps = Json::array();
    for (const GroupId& group : plan.moves) {
        steps.push_back(duty == Duty::fenced
                            ? "end the appointment of group " + group.text + " on " + node.text +
                                  " and promote its best standby"
                            : "hand group " + group.text +
                                  " over to its best standby; nothing "
                                  "is lost");
    }
    if (duty == Duty::active) {
        steps.push_back("let the servers of " + node.text + " follow their primaries again");
        for (const std::string& each : plan.discards) steps.push_back("discard: " + each);
        return steps;
    }
    steps.push_back("hand consensus over if " + node.text + " leads it");
    if (duty == Duty::fenced) {
        steps.push_back(
            "make its servers standbys of nobody; they stay so, restarts included, "
            "until baton node rejoin --node=" +
            node.text);
    }
    return steps;
}

}  // namespace

Error unknown_node(const View& view, const NodeId& node) {
    std::string known;
    for (const auto& [id, state] : view.state->nodes) {
        known += (known.empty() ? "" : ", ") + id.text;
    }
    return invalid("no node \"" + node.text + "\"; known: " + known);
}

Result<DutyPlan> plan_duty(const View& view, const NodeId& node, Duty duty, const Order& order) {
    if (!view.state->nodes.contains(node)) return unknown_node(view, node);
    if (!has_quorum(view)) {
        return refused(
            "a majority of voters does not answer, so nothing can be agreed on; bring "
            "other nodes back first");
    }
    DutyPlan plan;
    plan.changes = view.state->duty_of(node) != duty;
    plan.heard = is_heard(view, node);
    if (!plan.changes) return plan;
    if (duty != Duty::active) plan.moves = groups_led_by(view, node);
    if (duty == Duty::active) plan.discards = divergence(view, node);
    BATON_TRY(judge(view, node, duty, plan, order));
    return plan;
}

Json duty_json(const View& view, const NodeId& node, Duty duty, const DutyPlan& plan) {
    Json moves = Json::array();
    for (const GroupId& group : plan.moves) moves.push_back(group.text);
    return {{"node", node.text},
            {"duty", name_of(duty)},
            {"was", name_of(view.state->duty_of(node))},
            {"changed", plan.changes},
            {"heard", plan.heard},
            {"moves", std::move(moves)},
            {"discards", plan.discards},
            {"steps", steps_of(node, duty, plan)},
            {"follow", "/v1/nodes"}};
}

}  // namespace baton::api
