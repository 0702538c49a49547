#include "api/actions.hpp"
#include "api/changes.hpp"
#include "api/orders.hpp"
#include "config/topology_json.hpp"
#include "core/cluster/difference.hpp"

#include <charconv>

namespace baton::api {

namespace {

const std::vector<std::string_view> change_members{"dry_run", "by", "reason"};

struct Application {
    cluster::Topology topology;
    std::uint64_t expected = 0;
    bool dry_run = false;
    std::string by;
};

Result<Application> read_application(const std::string& body) {
    BATON_TRY(check_nesting(body));
    const Json json = Json::parse(body, nullptr, false);
    if (!json.is_object() || !json.contains("topology")) {
        return invalid("the body must be a JSON object with the member \"topology\"");
    }
    Json order = json;
    order.erase("topology");
    order.erase("expected");
    Application read;
    BATON_TRY(const Order rest, read_order(order.dump(), change_members));
    read.dry_run = rest.dry_run;
    read.by = author(rest);
    BATON_TRY(read.topology, config::read_topology(json.at("topology")));
    if (!json.contains("expected")) return read;
    const Json& expected = json.at("expected");
    const std::string text = expected.is_string() ? expected.get<std::string>() : "";
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), read.expected);
    if (error == std::errc{} && end == text.data() + text.size()) return read;
    return invalid("\"expected\" must be the text that a dry run answered");
}

}  // namespace

void post_replace(const Call& call, Respond respond) {
    const NodeId node{call.path.at("node")};
    const auto order = read_order(call.request.body, change_members);
    if (!order) return respond(error_response(order.error()));
    const auto plan = plan_replacement(call.view, node);
    if (!plan) {
        return respond(
            error_response(plan.error(), plan.error().kind == ErrorKind::invalid ? 404 : 0));
    }
    Json body = replacement_json(call.view, node, plan.value());
    if (order.value().dry_run) {
        body["dry_run"] = true;
        return respond(json_response(body));
    }
    if (plan.value().under_way) return respond(json_response(body, 202));
    propose(call,
            cluster::ReplaceNode{node, plan.value().incarnation, author(order.value()),
                                 call.surface.loop.wall_milliseconds()},
            std::move(body), std::move(respond));
}

void post_config_apply(const Call& call, Respond respond) {
    auto read = read_application(call.request.body);
    if (!read) return respond(error_response(read.error()));
    Application wanted = std::move(read).value();
    if (const auto sound = cluster::check_soundness(wanted.topology); !sound) {
        return respond(error_response(sound.error()));
    }
    Json body = declaration_json(call.view, wanted.topology);
    if (wanted.dry_run) {
        body["dry_run"] = true;
        return respond(json_response(body));
    }
    const auto mark = cluster::digest(cluster::topology_of(*call.view.state));
    if (wanted.expected != 0 && wanted.expected != mark) {
        return respond(error_response(conflict(
            "the declared configuration is no longer the one the plan was made for; look at the "
            "differences again")));
    }
    if (const auto may = cluster::may_declare(*call.view.state, wanted.topology); !may) {
        return respond(error_response(may.error()));
    }
    if (body.at("changes").empty()) return respond(json_response(body));
    propose(call,
            cluster::Declare{std::move(wanted.topology), std::move(wanted.by),
                             call.surface.loop.wall_milliseconds(), wanted.expected},
            std::move(body), std::move(respond));
}

}  // namespace baton::api
