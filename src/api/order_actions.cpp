#include "api/actions.hpp"
#include "api/health.hpp"
#include "api/orders.hpp"

#include <algorithm>

namespace baton::api {

namespace {

using cluster::RequestKind;

const std::vector<std::string_view> switchover_members{"to", "dry_run", "epoch", "by", "reason"};
const std::vector<std::string_view> failover_members{"to",    "accept_loss", "dry_run",
                                                     "epoch", "by",          "reason"};
const std::vector<std::string_view> pause_members{"by", "reason"};
const std::vector<std::string_view> transfer_members{"to"};

Response group_error(const Error& error) {
    return error_response(error, error.kind == ErrorKind::invalid ? 404 : 0);
}

Json accepted_json(const cluster::GroupState& group, const Order& order, const Plan& made) {
    return {{"group", group.declared.id.text},
            {"epoch", group.epoch.value},
            {"request",
             {{"kind", cluster::name_of(order.kind)},
              {"target", made.to ? Json(made.to.text) : Json(nullptr)},
              {"accept_loss", order.accept_loss},
              {"by", order.by},
              {"reason", order.reason}}},
            {"under_way", made.under_way},
            {"follow", "/v1/groups/" + group.declared.id.text}};
}

void post_request(const Call& call, RequestKind kind, const std::vector<std::string_view>& members,
                  Respond respond) {
    const auto found = find_group(call.view, call.path.at("group"));
    if (!found) return respond(group_error(found.error()));
    const auto& group = *found.value();
    auto read = read_order(call.request.body, members);
    if (!read) return respond(error_response(read.error()));
    Order order = std::move(read).value();
    order.kind = kind;
    const auto made = plan(call.view, group, order);
    if (!made) return respond(error_response(made.error()));
    if (order.dry_run) {
        return respond(json_response(plan_json(call.view, group, order, made.value())));
    }
    Json body = accepted_json(group, order, made.value());
    if (made.value().under_way) return respond(json_response(body, 202));
    cluster::Request request{
        group.declared.id, group.epoch, kind,         made.value().to,
        order.accept_loss, order.by,    order.reason, call.surface.loop.wall_milliseconds()};
    propose(call, std::move(request), std::move(body), std::move(respond));
}

void set_paused(const Call& call, bool paused, Respond respond) {
    const auto found = find_group(call.view, call.path.at("group"));
    if (!found) return respond(group_error(found.error()));
    const auto& group = *found.value();
    const auto order = read_optional_order(call.request.body, pause_members);
    if (!order) return respond(error_response(order.error()));
    Json body{{"group", group.declared.id.text},
              {"epoch", group.epoch.value},
              {"request", {{"kind", paused ? "pause" : "resume"}, {"by", order.value().by}}},
              {"paused", paused},
              {"changed", group.paused != paused}};
    if (group.paused == paused) return respond(json_response(body));
    cluster::SetPaused command{group.declared.id, paused, order.value().by, order.value().reason,
                               call.surface.loop.wall_milliseconds()};
    propose(call, std::move(command), std::move(body), std::move(respond));
}

Result<NodeId> transfer_target(const View& view, const std::string& to) {
    const auto& voters = view.raft.membership.voters;
    const NodeId target{to};
    if (std::find(voters.begin(), voters.end(), target) == voters.end()) {
        std::string known;
        for (const auto& voter : voters) known += (known.empty() ? "" : ", ") + voter.text;
        return invalid("\"to\" must name a voter; known: " + known);
    }
    if (target == view.self) return refused("node " + to + " leads already");
    if (node_health(view, target) == Health::down) {
        return refused("node " + to + " is silent; leadership stays where it is");
    }
    return target;
}

}  // namespace

void propose(const Call& call, cluster::Command command, Json body, Respond respond) {
    Loop& loop = call.surface.loop;
    call.surface.access.propose(std::move(command), loop.now() + propose_deadline,
                                [body = std::move(body), respond = std::move(respond)](
                                    const Result<cluster::EntryReference>& entry) mutable {
                                    if (!entry) return respond(error_response(entry.error()));
                                    body["entry"] = {{"index", entry.value().index.value},
                                                     {"term", entry.value().term.value}};
                                    respond(json_response(body, 202));
                                });
}

void post_switchover(const Call& call, Respond respond) {
    post_request(call, RequestKind::switchover, switchover_members, std::move(respond));
}

void post_failover(const Call& call, Respond respond) {
    post_request(call, RequestKind::failover, failover_members, std::move(respond));
}

void post_pause(const Call& call, Respond respond) {
    set_paused(call, true, std::move(respond));
}
void post_resume(const Call& call, Respond respond) {
    set_paused(call, false, std::move(respond));
}

void post_transfer(const Call& call, Respond respond) {
    const auto order = read_optional_order(call.request.body, transfer_members);
    if (!order) return respond(error_response(order.error()));
    const auto target = transfer_target(call.view, order.value().to);
    if (!target) return respond(error_response(target.error()));
    Loop& loop = call.surface.loop;
    const Json body{{"from", call.view.self.text},
                    {"to", target.value().text},
                    {"term", call.view.raft.term.value}};
    call.surface.access.transfer_leadership(
        target.value(), loop.now() + propose_deadline,
        [body, respond = std::move(respond)](const Result<void>& done) {
            respond(done ? json_response(body, 200) : error_response(done.error()));
        });
}

}  // namespace baton::api
