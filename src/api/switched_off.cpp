#include "api/switched_off.hpp"

#include "api/duties.hpp"
#include "api/health.hpp"

#include <algorithm>

namespace baton::api {

namespace {

bool led_by(const cluster::GroupState& group, const NodeId& node) {
    const cluster::Instance* primary = group.declared.find(group.primary);
    return primary != nullptr && primary->node == node;
}

/// What the word would change nothing about now must not be taken for settled later.
Error nothing_waits(const View& view, const NodeId& node, LogIndex after) {
    std::string later;
    for (const auto& [id, group] : view.state->groups) {
        if (!led_by(group, node)) continue;
        if (group.revoked && group.revocation.index > after) {
            return conflict("group " + id.text + " has moved on to epoch " +
                            std::to_string(group.epoch.value) +
                            " since the plan was made; see that the machine is still off, look at "
                            "the plan again, and repeat it");
        }
        if (!group.revoked) later += (later.empty() ? "" : ", ") + id.text;
    }
    if (later.empty()) return refused("no group waits for node " + node.text);
    return refused("no group waits for node " + node.text + " yet: the primary of " + later +
                   " there is still in office. Say it again when baton why shows that its "
                   "appointment has ended");
}

}  // namespace

Result<SwitchedOff> plan_switched_off(const View& view, const NodeId& node,
                                      std::optional<LogIndex> seen) {
    const auto known = view.state->nodes.find(node);
    if (known == view.state->nodes.end()) return unknown_node(view, node);
    if (!has_quorum(view)) {
        return refused(
            "a majority of voters does not answer, so nothing can be agreed on; bring other nodes "
            "back first");
    }
    if (is_heard(view, node)) {
        return refused("node " + node.text +
                       " is heard, so its machine is not off; switch it off first, or end what it "
                       "does with baton node fence --node=" +
                       node.text);
    }
    SwitchedOff plan{std::min(view.applied, seen.value_or(view.applied)), {}};
    for (const auto& [id, group] : view.state->groups) {
        const bool waits = led_by(group, node) && group.revoked &&
                           group.revocation.index <= plan.after &&
                           !cluster::cut_off_since(known->second, group.revocation);
        if (waits) plan.waits.push_back(id);
    }
    if (plan.waits.empty()) return nothing_waits(view, node, plan.after);
    return plan;
}

Json switched_off_json(const View& view, const NodeId& node, const SwitchedOff& plan) {
    Json waits = Json::array();
    Json steps = Json::array();
    for (const GroupId& id : plan.waits) {
        const cluster::GroupState& group = *view.state->group(id);
        waits.push_back(id.text);
        steps.push_back("take it for certain that nothing of group " + id.text + ", epoch " +
                        std::to_string(group.epoch.value) + ", acts on " + node.text +
                        " any more, and appoint its best standby");
    }
    steps.push_back("when the machine comes back, its servers start as standbys of nobody");
    return {{"node", node.text},
            {"after", plan.after.value},
            {"waits", std::move(waits)},
            {"steps", std::move(steps)},
            {"follow", "/v1/groups"}};
}

}  // namespace baton::api
