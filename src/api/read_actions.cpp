#include "api/actions.hpp"
#include "api/event_feed.hpp"
#include "api/generate.hpp"
#include "api/health.hpp"
#include "api/metrics.hpp"
#include "api/view_json.hpp"

#include <algorithm>
#include <charconv>

namespace baton::api {

namespace {

constexpr int unhealthy = 503;

Result<std::uint64_t> parse_number(std::string_view name, std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) {
        return invalid("\"" + std::string{name} + "\" must be a whole number");
    }
    return value;
}

Response stream_events(const Call& call, std::optional<std::uint64_t> from) {
    const auto last_seen = call.request.header("last-event-id");
    if (!last_seen.empty()) {
        const auto number = parse_number("Last-Event-ID", last_seen);
        if (!number) return error_response(number.error());
        from = number.value() + 1;
    }
    Response response = text_response("", "text/event-stream");
    response.feed = make_event_feed(call.surface.access, call.surface.loop, from);
    return response;
}

}  // namespace

Result<const cluster::GroupState*> find_group(const View& view, const std::string& name) {
    if (!view.state) {
        return unavailable("this node is not part of a cluster yet: " + view.waiting_for);
    }
    if (const auto* group = view.state->group(GroupId{name})) return group;
    std::string known;
    for (const auto& [id, group] : view.state->groups) {
        known += (known.empty() ? "" : ", ") + id.text;
    }
    return invalid("no group \"" + name + "\"; known: " + (known.empty() ? "none" : known));
}

Result<std::optional<std::uint64_t>> whole_number(const Request& request, std::string_view name) {
    const auto text = request.parameter(name);
    if (!text) return std::optional<std::uint64_t>{};
    BATON_TRY(const auto value, parse_number(name, *text));
    return std::optional<std::uint64_t>{value};
}

Response get_health(const Call& call) {
    return json_response(health_json(call.view), node_verdict(call.view).fine ? 200 : unhealthy);
}

Response get_health_detailed(const Call& call) {
    return json_response(health_detailed_json(call.view),
                         node_verdict(call.view).fine ? 200 : unhealthy);
}

Response get_healthz(const Call& call) {
    return json_response({{"status", "alive"}, {"node", call.view.self.text}});
}

Response get_readyz(const Call& call) {
    return json_response(ready_json(call.view),
                         consensus_verdict(call.view).fine ? 200 : unhealthy);
}

Response get_raft_state(const Call& call) {
    return json_response(raft_state_json(call.view));
}

Response get_raft_health(const Call& call) {
    return json_response(raft_health_json(call.view),
                         consensus_verdict(call.view).fine ? 200 : unhealthy);
}

Response get_replication(const Call& call) {
    return json_response(replication_json(call.view));
}

Response get_metrics(const Call& call) {
    return text_response(metrics_text(call.view, read_process_statistics()),
                         "text/plain; version=0.0.4; charset=utf-8");
}

Response get_openapi(const Call& /*call*/) {
    return text_response(openapi_json(), "application/json");
}

Response get_cluster(const Call& call) {
    return json_response(cluster_json(call.view));
}
Response get_nodes(const Call& call) {
    return json_response(nodes_json(call.view));
}
Response get_groups(const Call& call) {
    return json_response(groups_json(call.view));
}
Response get_config(const Call& call) {
    return json_response(config_json(call.view));
}

Response get_group(const Call& call) {
    const auto group = find_group(call.view, call.path.at("group"));
    if (!group)
        return error_response(group.error(), group.error().kind == ErrorKind::invalid ? 404 : 0);
    return json_response(group_json(call.view, *group.value()));
}

Response get_decisions(const Call& call) {
    const auto group = find_group(call.view, call.path.at("group"));
    if (!group)
        return error_response(group.error(), group.error().kind == ErrorKind::invalid ? 404 : 0);
    const auto epoch = whole_number(call.request, "epoch");
    if (!epoch) return error_response(epoch.error());
    const auto wanted = epoch.value() ? std::optional{Epoch{*epoch.value()}} : std::nullopt;
    return json_response(decisions_json(call.view, *group.value(), wanted));
}

Response get_events(const Call& call) {
    const auto from = whole_number(call.request, "from");
    if (!from) return error_response(from.error());
    const auto limit = whole_number(call.request, "limit");
    if (!limit) return error_response(limit.error());
    if (call.request.header("accept").find("text/event-stream") != std::string::npos) {
        return stream_events(call, from.value());
    }
    const auto count = std::min<std::size_t>(limit.value().value_or(events_default), events_max);
    Json events = Json::array();
    for (const auto& event : call.surface.access.events(from.value().value_or(0), count)) {
        events.push_back(event_json(event));
    }
    return json_response(events);
}

}  // namespace baton::api
