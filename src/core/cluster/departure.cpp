#include "core/cluster/departure.hpp"

#include <algorithm>

namespace baton::cluster {

Departure next_step(const DepartureFacts& facts) {
    using enum DepartureStep;
    if (!facts.quorum) return {wait, "a majority of voters has to answer first"};
    if (!facts.settled) return {wait, "the latest membership has to be committed first"};
    if (facts.bound) return {wait, "a server or front was declared on it meanwhile"};
    if (facts.leads) return {wait, "it hands consensus on first"};
    if (facts.member) return {leave, "it is taken out of the membership"};
    return {forget, "it is forgotten; its directory is refused from then on"};
}

std::string bound_to(const State& state, const NodeId& node) {
    std::string all;
    const auto say = [&](const std::string& what) { all += (all.empty() ? "" : "; ") + what; };
    for (const auto& [id, group] : state.groups) {
        if (const Instance* own = group.declared.on(node)) {
            say("instance " + own->id.text + " of group " + id.text + " is declared on it");
        }
        if (std::ranges::find(group.declared.front_nodes, node) !=
            group.declared.front_nodes.end()) {
            say("a front of group " + id.text + " is declared on it");
        }
    }
    return all.empty() ? "" : all + "; take that out of the cluster file, then baton config apply";
}

}  // namespace baton::cluster
