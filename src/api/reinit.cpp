#include "api/reinit.hpp"

#include "api/health.hpp"

namespace baton::api {

namespace {

std::string known_instances(const cluster::Group& group) {
    std::string known;
    for (const auto& each : group.instances) known += (known.empty() ? "" : ", ") + each.id.text;
    return known;
}

/// Why nobody can give a copy now; empty if somebody can.
std::string no_copy(const View& view, const cluster::GroupState& group) {
    const auto* primary = group.declared.find(group.primary);
    const std::string name = "group " + group.declared.id.text;
    const bool stands =
        group.phase == cluster::Phase::steady || group.phase == cluster::Phase::repairing;
    if (primary == nullptr || group.revoked || !stands) {
        return name + " has no primary that stays (phase " +
               std::string{cluster::name_of(group.phase)} + ")";
    }
    if (look_at(view, group, *primary).role == InstanceRole::primary) return "";
    return "the primary " + primary->id.text + " is not heard as one";
}

}  // namespace

Result<const cluster::Instance*> may_reinitialise(const View& view,
                                                  const cluster::GroupState& group,
                                                  const InstanceId& instance) {
    const auto* own = group.declared.find(instance);
    if (own == nullptr) {
        return invalid("group " + group.declared.id.text + " has no instance \"" + instance.text +
                       "\"; known: " + known_instances(group.declared));
    }
    if (own->node != view.self) {
        const auto node = view.state->nodes.find(own->node);
        return refused("instance " + instance.text + " is on node " + own->node.text +
                       ", which alone can do this: ask " +
                       (node == view.state->nodes.end() ? own->node.text
                                                        : address_text(node->second.declared.api)));
    }
    if (instance == group.primary || instance == group.successor) {
        return refused("instance " + instance.text + " is or becomes the primary of group " +
                       group.declared.id.text +
                       ": its data is the one to copy. Switch over first: "
                       "baton group switchover " +
                       group.declared.id.text);
    }
    const std::string why = no_copy(view, group);
    if (why.empty()) return own;
    return refused(why + ", so nobody could give instance " + instance.text +
                   " its data again; what it holds may be the only copy, and stays");
}

Json reinit_json(const View& view, const cluster::GroupState& group,
                 const cluster::Instance& instance) {
    const std::string& name = instance.id.text;
    Json steps = {"end standby " + name,
                  "remove its data in " + instance.data +
                      " (everything but the configuration and the log that baton wrote there)",
                  "start it empty; it copies everything from " + group.primary.text};
    if (group.declared.durability == cluster::Durability::replicated) {
        steps.push_back("what it confirms counts again once it holds all that " +
                        group.primary.text + " held after its start; if " + group.primary.text +
                        " dies before, the group may have to wait for it");
    }
    return {{"group", group.declared.id.text},
            {"instance", name},
            {"node", view.self.text},
            {"primary", group.primary.text},
            {"data", instance.data},
            {"steps", std::move(steps)},
            {"follow", "/v1/groups/" + group.declared.id.text}};
}

}  // namespace baton::api
