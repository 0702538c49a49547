#include "api/health.hpp"
#include "api/view_json.hpp"
#include "config/topology_json.hpp"

#include <algorithm>

namespace baton::api {

namespace {

Json groups_on(const View& view, const NodeId& node) {
    Json groups = Json::array();
    for (const auto& [id, group] : view.state->groups) {
        if (group.declared.on(node) != nullptr) groups.push_back(id.text);
    }
    return groups;
}

cluster::FencingTier fencing_of(const View& view, const NodeId& node,
                                const cluster::NodeState& state) {
    const auto report = view.reports.find(node);
    return report == view.reports.end() ? state.fencing : report->second.fencing;
}

/// Whether the node's front serves the present primary of every group it has a
/// door for; null without such a group, and while nothing recent is known.
Json fronts_current(const View& view, const NodeId& node) {
    const auto report = view.reports.find(node);
    const auto arrived = view.report_times.find(node);
    if (report == view.reports.end() || arrived == view.report_times.end()) return nullptr;
    if (view.now - arrived->second > report_stale_after) return nullptr;
    const auto& fronts = report->second.fronts;
    Json answer;
    for (const auto& [id, group] : view.state->groups) {
        if (!group.declared.fronted_on(node)) continue;
        const auto served = fronts.find(id);
        if (served == fronts.end() || served->second != group.epoch) return false;
        answer = true;
    }
    return answer;
}

Json node_json(const View& view, const NodeId& id, const cluster::NodeState& node) {
    Json json{{"name", id.text},
              {"role", node_role(view, id)},
              {"health", name_of(node_health(view, id))},
              {"phi", node_phi(view, id)},
              {"address", address_text(node.declared.peer)},
              {"api", address_text(node.declared.api)},
              {"fencing", name_of(fencing_of(view, id, node))},
              {"fencing_committed", name_of(node.fencing)},
              {"voter", view.raft.membership.is_voter(id)},
              {"incarnation", std::to_string(node.incarnation.value)},
              {"self", id == view.self},
              {"duty", name_of(node.duty)},
              {"duty_by", node.duty_by},
              {"groups", groups_on(view, id)},
              {"fronts_current", fronts_current(view, id)}};
    const auto report = view.reports.find(id);
    if (report != view.reports.end()) {
        json["topology_digest"] = report->second.topology_digest;
        json["applied"] = report->second.applied.value;
        json["doubts_itself"] = report->second.doubts_itself;
    }
    const auto stranger = stranger_of(view, id);
    json["replacing"] = node.replacing.value != 0;
    json["new_directory"] = stranger ? Json(std::to_string(stranger->value)) : Json(nullptr);
    const auto arrived = view.report_times.find(id);
    if (arrived != view.report_times.end()) {
        json["report_age_ms"] = whole_milliseconds(view.now - arrived->second);
    }
    return json;
}

}  // namespace

std::string address_text(const cluster::Endpoint& endpoint) {
    const bool ipv6 = endpoint.host.find(':') != std::string::npos;
    return (ipv6 ? "[" + endpoint.host + "]" : endpoint.host) + ":" + std::to_string(endpoint.port);
}

double milliseconds_of(Duration duration) {
    return std::chrono::duration<double, std::milli>(duration).count();
}

Json nodes_json(const View& view) {
    Json nodes = Json::array();
    if (!view.state) return nodes;
    for (const auto& [id, node] : view.state->nodes) nodes.push_back(node_json(view, id, node));
    return nodes;
}

Json cluster_json(const View& view) {
    Json json{{"formed", view.formed},
              {"node", view.self.text},
              {"leader", view.raft.leader ? Json(view.raft.leader.text) : Json(nullptr)},
              {"quorum", has_quorum(view)},
              {"term", view.raft.term.value},
              {"health_score", health_score(view)},
              {"applied", view.applied.value},
              {"wall_ms", view.wall_milliseconds},
              {"uptime_ms", whole_milliseconds(view.now - view.started)},
              {"nodes", nodes_json(view)},
              {"groups", groups_json(view)}};
    if (!view.formed) json["waiting_for"] = view.waiting_for;
    if (!view.state) return json;
    json["name"] = view.state->name;
    json["id"] = view.state->id.text;
    json["lease_ms"] = whole_milliseconds(view.state->settings.lease);
    json["cluster_version"] = view.state->cluster_version;
    json["digest"] = std::to_string(cluster::digest(*view.state));
    return json;
}

Json config_json(const View& view) {
    if (!view.state) return Json::object();
    Json json = config::topology_json(cluster::topology_of(*view.state));
    json["settings"] = {{"lease_ms", json.at("lease_ms")}};
    for (Json& node : json.at("nodes")) {
        for (const char* const key : {"peer", "api"}) {
            const Json endpoint = node.at(key);
            node[key] = address_text(
                {endpoint.at("host").get<std::string>(), endpoint.at("port").get<std::uint16_t>()});
        }
    }
    return json;
}

}  // namespace baton::api
