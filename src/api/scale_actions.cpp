// More nodes. Fewer: duty_actions.cpp, since a node that leaves leads nothing first.
#include "api/actions.hpp"
#include "api/orders.hpp"
#include "api/scale.hpp"
#include "config/topology_json.hpp"

namespace baton::api {

namespace {

const std::vector<std::string_view> add_members{"dry_run", "by", "reason"};

struct Wish {
    cluster::Node node;
    Order order;
};

Result<Wish> read_wish(const std::string& body) {
    BATON_TRY(check_nesting(body));
    const Json json = Json::parse(body, nullptr, false);
    if (!json.is_object() || !json.contains("node")) {
        return invalid("the body must be a JSON object with the member \"node\"");
    }
    Json rest = json;
    rest.erase("node");
    Wish wish;
    BATON_TRY(wish.order, read_order(rest.dump(), add_members));
    BATON_TRY(wish.node, config::read_node(json.at("node")));
    return wish;
}

}  // namespace

void post_add_node(const Call& call, Respond respond) {
    const auto wish = read_wish(call.request.body);
    if (!wish) return respond(error_response(wish.error()));
    const auto& [node, order] = wish.value();
    const auto plan = plan_addition(call.view, node);
    if (!plan) return respond(error_response(plan.error()));
    Json body = addition_json(call.view, node, plan.value());
    if (order.dry_run) body["dry_run"] = true;
    if (order.dry_run || !plan.value().changes) return respond(json_response(body));
    propose(call, cluster::AddNode{node, author(order), call.surface.loop.wall_milliseconds()},
            std::move(body), std::move(respond));
}

}  // namespace baton::api
