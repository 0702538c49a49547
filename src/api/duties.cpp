#include "api/duties.hpp"

#include "api/health.hpp"
#include "api/scale.hpp"
#include "core/cluster/departure.hpp"
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

/// Taking a departure back is possible only while the node still has its place.
Result<void> may_stay(const View& view, const NodeId& node) {
    const bool leaves = view.state->duty_of(node) == Duty::leaving;
    if (!leaves || view.raft.membership.is_member(node)) return success();
    return refused("node " + node.text +
                   " is no member any more and is about to be forgotten; let it leave, then add "
                   "it again with an empty directory: baton cluster scale --add-nodes=1");
}

Result<void> may_rejoin(const DutyPlan& plan, const Order& order) {
    if (plan.discards.empty() || order.force) return success();
    std::string what;
    for (const std::string& each : plan.discards) what += (what.empty() ? "" : "; ") + each;
    return refused(what +
                   ": rejoining discards that; save it first if it matters, then force it "
                   "(--force-resync)");
}

Result<void> may_leave(const View& view, const NodeId& node) {
    const std::string bound = cluster::bound_to(*view.state, node);
    if (!bound.empty()) return refused("node " + node.text + " cannot leave: " + bound);
    if (!view.raft.membership.is_voter(node)) return success();
    const Remaining left = remaining_without(view, node);
    if (left.voters == 0) {
        return refused("node " + node.text + " is the last voter, and somebody has to decide");
    }
    if (left.decide()) return success();
    return refused("without node " + node.text + " only " + std::to_string(left.heard) + " of " +
                   std::to_string(left.voters) + " voters would answer (silent: " + left.silent +
                   "), and " + std::to_string(left.voters / 2 + 1) +
                   " have to; bring those back, or remove one of them first");
}

Result<void> judge(const View& view, const NodeId& node, Duty duty, const DutyPlan& plan,
                   const Order& order) {
    switch (duty) {
        case Duty::active: {
            BATON_TRY(may_stay(view, node));
            return may_rejoin(plan, order);
        }
        case Duty::drained: return may_move(view, plan.moves);
        case Duty::fenced: return may_fence(node, plan, order);
        case Duty::leaving: return may_leave(view, node);
    }
    return success();
}

Json steps_of(const View& view, const NodeId& node, Duty duty, const DutyPlan& plan) {
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
    if (duty == Duty::leaving) {
        if (view.raft.membership.is_voter(node)) {
            const std::size_t voters = remaining_without(view, node).voters;
            steps.push_back("take its vote away: " + std::to_string(voters) +
                            " voters are left, a majority is " + std::to_string(voters / 2 + 1));
        }
        steps.push_back("forget it: its directory is refused from then on; stop its agent there");
    }
    if (duty == Duty::fenced) {
        steps.push_back(
            "make its servers standbys of nobody; they stay so, restarts included, "
            "until baton node rejoin --node=" +
            node.text);
    }
    return steps;
}

}  // namespace

bool is_heard(const View& view, const NodeId& node) {
    if (node == view.self) return true;
    return view.report_times.contains(node) &&
           failover::doubt_about(node, heard_in(view).hearings).empty();
}

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
            {"steps", steps_of(view, node, duty, plan)},
            {"follow", "/v1/nodes"}};
}

}  // namespace baton::api
