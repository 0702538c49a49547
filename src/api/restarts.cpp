#include "api/restarts.hpp"

namespace baton::api {

namespace {

Error in_office(const View& view, const cluster::GroupState& group, const InstanceId& instance,
                const char* what) {
    return refused("instance " + instance.text + what + " group " + group.declared.id.text +
                   ", and a restart would stop its writes; move it away first: baton node drain "
                   "--node=" +
                   view.self.text + ", and afterwards baton node rejoin --node=" + view.self.text);
}

}  // namespace

Result<std::set<InstanceId>> servers_to_restart(const View& view) {
    std::set<InstanceId> servers;
    if (!view.state) return servers;
    for (const auto& [id, group] : view.state->groups) {
        const auto* own = group.declared.on(view.self);
        if (own == nullptr) continue;
        if (own->id == group.primary) {
            return in_office(view, group, own->id,
                             group.revoked ? " was the last primary of" : " is the primary of");
        }
        if (own->id == group.successor) {
            return in_office(view, group, own->id, " is about to become the primary of");
        }
        servers.insert(own->id);
    }
    return servers;
}

Json restart_json(const View& view, const std::set<InstanceId>& servers) {
    Json names = Json::array();
    Json steps = Json::array();
    for (const InstanceId& server : servers) {
        names.push_back(server.text);
        steps.push_back("ask standby " + server.text +
                        " to end; it is started again and follows its primary");
    }
    steps.push_back("end the agent of " + view.self.text +
                    (servers.empty() ? "; its guard starts the next one, and its servers go on"
                                     : "; its guard starts the next one"));
    return {{"node", view.self.text},
            {"uptime_ms", whole_milliseconds(view.now - view.started)},
            {"servers", std::move(names)},
            {"steps", std::move(steps)}};
}

}  // namespace baton::api
