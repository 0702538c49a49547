// The agent of the node that is asked, and its servers. Nothing is agreed on.
#include "api/actions.hpp"
#include "api/duties.hpp"
#include "api/orders.hpp"
#include "api/reinit.hpp"
#include "api/restarts.hpp"

namespace baton::api {

namespace {

/// The answer leaves before the agent does.
constexpr Duration restart_delay = std::chrono::milliseconds{200};

const std::vector<std::string_view> reinit_members{"dry_run", "by", "reason"};
const std::vector<std::string_view> restart_members{"servers", "dry_run", "by", "reason"};

/// A frozen agent could not answer for itself, so nobody else answers for it.
Result<void> is_here(const View& view, const NodeId& node) {
    if (node == view.self) return success();
    if (!view.state || !view.state->nodes.contains(node)) {
        return invalid("this is node " + view.self.text + "; it knows no node \"" + node.text +
                       "\"");
    }
    return refused("this is node " + view.self.text +
                   ", and each agent restarts itself only: ask " +
                   address_text(view.state->nodes.at(node).declared.api));
}

}  // namespace

void post_restart(const Call& call, Respond respond) {
    const auto order = read_optional_order(call.request.body, restart_members);
    if (!order) return respond(error_response(order.error()));
    if (const auto here = is_here(call.view, NodeId{call.path.at("node")}); !here) {
        return respond(
            error_response(here.error(), here.error().kind == ErrorKind::invalid ? 404 : 0));
    }
    std::set<InstanceId> servers;
    if (order.value().servers) {
        auto found = servers_to_restart(call.view);
        if (!found) return respond(error_response(found.error()));
        servers = std::move(found).value();
    }
    Json body = restart_json(call.view, servers);
    if (order.value().dry_run) {
        body["dry_run"] = true;
        return respond(json_response(body));
    }
    call.surface.access.restart(servers, restart_delay);
    respond(json_response(body, 202));
}

void post_reinit(const Call& call, Respond respond) {
    const auto found = find_group(call.view, call.path.at("group"));
    if (!found) {
        const bool unknown = found.error().kind == ErrorKind::invalid;
        return respond(error_response(found.error(), unknown ? 404 : 0));
    }
    const auto order = read_order(call.request.body, reinit_members);
    if (!order) return respond(error_response(order.error()));
    const auto may =
        may_reinitialise(call.view, *found.value(), InstanceId{call.path.at("instance")});
    if (!may) {
        return respond(
            error_response(may.error(), may.error().kind == ErrorKind::invalid ? 404 : 0));
    }
    Json body = reinit_json(call.view, *found.value(), *may.value());
    if (order.value().dry_run) {
        body["dry_run"] = true;
        return respond(json_response(body));
    }
    const auto done = call.surface.access.reinitialise(may.value()->id);
    respond(done ? json_response(body, 202) : error_response(done.error()));
}

}  // namespace baton::api
