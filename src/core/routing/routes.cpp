#include "core/routing/routes.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace baton::routing {

namespace {

/// The instance that takes writes now; empty when nobody may.
InstanceId writer(const cluster::GroupState& group, const Heard& heard) {
    const auto open = heard.open.find(group.declared.id);
    const bool seen_open = open != heard.open.end() && open->second == group.epoch;
    return seen_open && !group.revoked ? group.primary : InstanceId{};
}

/// A standby may be read when it holds a data set and keeps up with the
/// primary. With no primary there is nothing to keep up with.
bool fit_to_read(const cluster::Instance& instance, const InstanceId& primary,
                 const Heard& heard) {
    const auto node = heard.reports.find(instance.node);
    if (node == heard.reports.end()) return false;
    const auto found = node->second.instances.find(instance.id);
    if (found == node->second.instances.end()) return false;
    const cluster::InstanceReport& report = found->second;
    if (report.role != cluster::ServerRole::standby || report.loading) return false;
    if (!primary) return report.offset > 0;
    return report.link_up && (!report.following || report.following == primary);
}

/// What `fit_to_read` asks.
auto traits_of(const cluster::InstanceReport& report) {
    return std::tuple{report.role, report.loading, report.link_up, report.following,
                      report.offset > 0};
}

/// Whether `other` has all of these servers, with the same to say.
bool says_all_of(const cluster::InstanceReports& one, const cluster::InstanceReports& other) {
    return std::ranges::all_of(one.beyond(other), [&](const auto& item) {
        const auto same = other.find(item.first);
        return same != other.end() && traits_of(same->second) == traits_of(item.second);
    });
}

FrontServer server_of(const cluster::State& state, const cluster::Instance& instance,
                      const InstanceId& primary, const Heard& heard) {
    FrontServer server;
    server.instance = instance.id;
    server.endpoint = instance.endpoint;
    const auto node = state.nodes.find(instance.node);
    if (node != state.nodes.end()) server.check = node->second.declared.api;
    server.writes = instance.id == primary;
    server.reads =
        instance.serves_reads && !server.writes && fit_to_read(instance, primary, heard);
    return server;
}

void fall_back_to_primary(std::vector<FrontServer>& servers) {
    const bool any = std::any_of(servers.begin(), servers.end(),
                                 [](const FrontServer& server) { return server.reads; });
    if (any) return;
    for (FrontServer& server : servers) server.reads = server.writes;
}

}  // namespace

bool same_servers(const std::map<NodeId, cluster::NodeReport>& one,
                  const std::map<NodeId, cluster::NodeReport>& other) {
    return std::ranges::equal(one, other, [](const auto& mine, const auto& theirs) {
        return mine.first == theirs.first &&
               says_all_of(mine.second.instances, theirs.second.instances) &&
               says_all_of(theirs.second.instances, mine.second.instances);
    });
}

std::vector<FrontRoute> routes(const cluster::State& state, const Heard& heard,
                               const NodeId& node) {
    std::vector<FrontRoute> result;
    const auto self = state.nodes.find(node);
    if (self == state.nodes.end()) return result;
    const std::string& host = self->second.declared.peer.host;
    for (const auto& [id, group] : state.groups) {
        if (!group.declared.fronted_on(node)) continue;
        FrontRoute route;
        route.group = id;
        route.epoch = group.epoch;
        route.write = {host, group.declared.write_port};
        route.read = {host, group.declared.read_port};
        const InstanceId primary = writer(group, heard);
        for (const cluster::Instance& instance : group.declared.instances) {
            route.servers.push_back(server_of(state, instance, primary, heard));
        }
        fall_back_to_primary(route.servers);
        result.push_back(std::move(route));
    }
    return result;
}

}  // namespace baton::routing
