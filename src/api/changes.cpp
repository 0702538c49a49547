#include "api/changes.hpp"

#include "api/duties.hpp"
#include "api/health.hpp"
#include "core/cluster/difference.hpp"

namespace baton::api {

namespace {

/// The directory on record spoke just now: whatever else claims the name is a
/// second agent, not a successor.
bool in_use(const View& view, const NodeId& node, const cluster::NodeState& state) {
    if (node == view.self) return true;
    const auto report = view.reports.find(node);
    const auto heard = view.report_times.find(node);
    return report != view.reports.end() && heard != view.report_times.end() &&
           view.now - heard->second <= presence_max &&
           report->second.incarnation == state.incarnation;
}

}  // namespace

Result<NodeReplacement> plan_replacement(const View& view, const NodeId& node) {
    const auto found = view.state->nodes.find(node);
    if (found == view.state->nodes.end()) return unknown_node(view, node);
    const cluster::NodeState& state = found->second;
    if (!has_quorum(view)) {
        return refused("a majority of voters does not answer, so nothing can be agreed on; bring "
                       "other nodes back first");
    }
    const auto stranger = stranger_of(view, node);
    if (state.replacing.value != 0 && (!stranger || *stranger == state.replacing)) {
        return NodeReplacement{state.replacing, true};
    }
    if (in_use(view, node, state)) {
        return refused("node " + node.text +
                       " is in use with its present directory; nothing has to be replaced");
    }
    if (!stranger) {
        return refused("node " + view.self.text + " has heard of no new data directory of node " +
                       node.text + " within the last second; start the agent on the new directory "
                       "first, then repeat this");
    }
    return NodeReplacement{*stranger, false};
}

Json replacement_json(const View& view, const NodeId& node, const NodeReplacement& plan) {
    const cluster::NodeState& state = view.state->nodes.at(node);
    Json steps = {"take the vote of node " + node.text + " away: it becomes a learner",
                  "make its new directory the known one; the old directory is refused from then on",
                  "let it copy the log"};
    if (state.declared.voter) steps.push_back("give its vote back once it has caught up");
    return {{"node", node.text},
            {"incarnation", std::to_string(plan.incarnation.value)},
            {"known_incarnation", std::to_string(state.incarnation.value)},
            {"voter", state.declared.voter},
            {"under_way", plan.under_way},
            {"steps", std::move(steps)},
            {"follow", "/v1/nodes"}};
}

Json declaration_json(const View& view, const cluster::Topology& wanted) {
    Json changes = Json::array();
    bool refused = false;
    for (const cluster::Change& change : cluster::differences(*view.state, wanted)) {
        refused = refused || !change.refused.empty();
        changes.push_back({{"what", change.what}, {"refused", change.refused}});
    }
    return {{"changes", std::move(changes)},
            {"refused", refused},
            {"expected", std::to_string(cluster::digest(cluster::topology_of(*view.state)))}};
}

}  // namespace baton::api
