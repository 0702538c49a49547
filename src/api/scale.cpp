#include "api/scale.hpp"

#include "api/duties.hpp"
#include "api/health.hpp"
#include "core/cluster/difference.hpp"

namespace baton::api {

Result<Addition> plan_addition(const View& view, const cluster::Node& node) {
    const auto known = view.state->nodes.find(node.id);
    if (known != view.state->nodes.end() && known->second.declared == node) return Addition{};
    if (known != view.state->nodes.end()) {
        return refused("node " + node.id.text +
                       " is part of the cluster already, with other addresses or another vote; "
                       "give the new node a name of its own");
    }
    if (!has_quorum(view)) {
        return refused(
            "a majority of voters does not answer, so nothing can be agreed on; bring "
            "other nodes back first");
    }
    cluster::Topology wanted = cluster::topology_of(*view.state);
    wanted.nodes.push_back(node);
    BATON_TRY(cluster::check_soundness(wanted));
    return Addition{true};
}

Json addition_json(const View& view, const cluster::Node& node, const Addition& plan) {
    const std::string& name = node.id.text;
    const std::size_t voters = view.raft.membership.voters.size();
    const bool votes = node.voter && !view.raft.membership.is_voter(node.id);
    const std::size_t after = voters + (votes ? 1 : 0);
    Json steps = {"make node " + name + " known, and dial it at " + address_text(node.peer),
                  "let in its first directory as a learner, once its agent runs",
                  "let it copy the log"};
    if (node.voter) steps.push_back("give it a vote once it has caught up");
    return {{"node", name},
            {"voter", node.voter},
            {"changed", plan.changes},
            {"voters", voters},
            {"voters_after", after},
            {"majority_after", after / 2 + 1},
            {"steps", std::move(steps)},
            {"follow", "/v1/nodes"}};
}

Remaining remaining_without(const View& view, const NodeId& node) {
    Remaining left;
    for (const NodeId& voter : view.raft.membership.voters) {
        if (voter == node) continue;
        ++left.voters;
        if (is_heard(view, voter)) {
            ++left.heard;
        } else {
            left.silent += (left.silent.empty() ? "" : ", ") + voter.text;
        }
    }
    return left;
}

}  // namespace baton::api
