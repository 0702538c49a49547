#include "api/actions.hpp"
#include "api/duties.hpp"
#include "api/switched_off.hpp"

namespace baton::api {

namespace {

const std::vector<std::string_view> forced_members{"force", "dry_run", "by", "reason"};
const std::vector<std::string_view> drain_members{"dry_run", "by", "reason"};
const std::vector<std::string_view> word_members{"after", "dry_run", "by", "reason"};

void set_duty(const Call& call, cluster::Duty duty, const std::vector<std::string_view>& members,
              Respond respond) {
    const NodeId node{call.path.at("node")};
    const auto order = read_optional_order(call.request.body, members);
    if (!order) return respond(error_response(order.error()));
    const auto plan = plan_duty(call.view, node, duty, order.value());
    if (!plan) {
        return respond(
            error_response(plan.error(), plan.error().kind == ErrorKind::invalid ? 404 : 0));
    }
    Json body = duty_json(call.view, node, duty, plan.value());
    if (order.value().dry_run) body["dry_run"] = true;
    if (order.value().dry_run || !plan.value().changes) return respond(json_response(body));
    propose(
        call,
        cluster::SetDuty{node, duty, author(order.value()), call.surface.loop.wall_milliseconds()},
        std::move(body), std::move(respond));
}

}  // namespace

void post_fence(const Call& call, Respond respond) {
    set_duty(call, cluster::Duty::fenced, forced_members, std::move(respond));
}

void post_drain(const Call& call, Respond respond) {
    set_duty(call, cluster::Duty::drained, drain_members, std::move(respond));
}

void post_remove_node(const Call& call, Respond respond) {
    set_duty(call, cluster::Duty::leaving, drain_members, std::move(respond));
}

void post_rejoin(const Call& call, Respond respond) {
    set_duty(call, cluster::Duty::active, forced_members, std::move(respond));
}

void post_switched_off(const Call& call, Respond respond) {
    const NodeId node{call.path.at("node")};
    const auto order = read_optional_order(call.request.body, word_members);
    if (!order) return respond(error_response(order.error()));
    const auto plan = plan_switched_off(call.view, node, order.value().after);
    if (!plan) {
        return respond(
            error_response(plan.error(), plan.error().kind == ErrorKind::invalid ? 404 : 0));
    }
    Json body = switched_off_json(call.view, node, plan.value());
    if (order.value().dry_run) {
        body["dry_run"] = true;
        return respond(json_response(body));
    }
    propose(call, cluster::RecordCutOff{node, plan.value().after, author(order.value())},
            std::move(body), std::move(respond));
}

}  // namespace baton::api
