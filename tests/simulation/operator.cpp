#include "simulation/operator.hpp"

#include "config/topology_json.hpp"
#include "simulation/declaration.hpp"

#include <algorithm>
#include <utility>

namespace baton::simulation {

namespace {

constexpr const char* operator_name = "nemesis";
/// From looking at a plan to carrying it out.
constexpr Duration thought_max = milliseconds{400};
constexpr Duration look_again = milliseconds{300};
constexpr std::size_t nodes_max = 5;
constexpr std::size_t nodes_min = 3;

std::string node_path(const NodeId& node, const std::string& verb) {
    return "/v1/nodes/" + node.text + "/" + verb;
}

}  // namespace

void Operator::carry_out(const Fault& order) {
    switch (order.kind) {
        case FaultKind::ask_switchover:
        case FaultKind::ask_failover: return ask_for_primary(order);
        case FaultKind::pause_group: return set_paused(true);
        case FaultKind::resume_group: return set_paused(false);
        case FaultKind::drain_node: return set_duty(order, "drain");
        case FaultKind::fence_node: return set_duty(order, "fence");
        case FaultKind::rejoin_node: return set_duty(order, "rejoin");
        case FaultKind::restart_node: return restart_node(order);
        case FaultKind::reinit_standby: return reinit_standby(order);
        case FaultKind::pass_leadership: return pass_leadership(order);
        case FaultKind::compact_log: return compact_log(order);
        case FaultKind::declare: return declare(order);
        case FaultKind::add_node: return add_node(order);
        case FaultKind::remove_node: return remove_node(order);
        case FaultKind::kill_server:
        case FaultKind::freeze_server:
        case FaultKind::kill_front:
        case FaultKind::kill_agent:
        case FaultKind::freeze_agent:
        case FaultKind::roll_agents:
        case FaultKind::crash_node:
        case FaultKind::pause_machine:
        case FaultKind::isolate:
        case FaultKind::cut_pair:
        case FaultKind::delay_packets:
        case FaultKind::lose_packets:
        case FaultKind::reset_connections:
        case FaultKind::stall_disk:
        case FaultKind::hang_server:
        case FaultKind::slow_replication:
        case FaultKind::attach_stranger:
        case FaultKind::replace_directory: return;
    }
}

std::string Operator::group_path() const {
    return "/v1/groups/" + cluster_.group().text;
}

void Operator::later(Duration pause, std::function<void()> action) {
    cluster_.world().after(pause, [alive = alive_, action = std::move(action)] {
        if (*alive) action();
    });
}

void Operator::tell(const std::string& what, const Answer& answer) {
    cluster_.world().note("operator",
                          what + ": " +
                              (answer.status > 0 ? std::to_string(answer.status) : "no answer") +
                              (answer.accepted() ? "" : " " + answer.message()));
}

void Operator::post(const std::string& what, const std::string& target, Json body, Then then) {
    body["by"] = operator_name;
    cluster_.api().post(target, body,
                        [this, alive = alive_, what, then = std::move(then)](const Answer& answer) {
                            if (!*alive) return;
                            tell(what, answer);
                            if (answer.accepted()) cluster_.accepted(answer.body);
                            if (then) then(answer);
                        });
}

void Operator::post_at(const NodeId& node, const std::string& what, const std::string& target,
                       Json body) {
    body["by"] = operator_name;
    cluster_.api().ask(node, request_for("POST", target, body.dump()),
                       [this, alive = alive_, what](const Answer& answer) {
                           if (*alive) tell(what, answer);
                       });
}

/// The epoch that the operator saw goes with the order: somebody may have decided
/// meanwhile, and the node that was looked at may have been behind.
void Operator::ask_for_primary(const Fault& order) {
    const bool forced = order.kind == FaultKind::ask_failover;
    const std::string verb = forced ? "failover" : "switchover";
    cluster_.api().get(
        group_path(), [this, alive = alive_, order, forced, verb](const Answer& seen) {
            if (!*alive || !seen.accepted()) return;
            Json body{{"epoch", seen.body.at("epoch")}, {"reason", "to see what happens"}};
            if (order.other) body["to"] = order.other.text;
            const bool consents = forced && order.consent;
            if (consents) {
                body["accept_loss"] = true;
                cluster_.accept_loss();
            }
            post("asks for a " + verb, group_path() + "/" + verb, std::move(body),
                 [this, consents](const Answer& answer) {
                     const bool refused = answer.status >= 400 && answer.status < 500;
                     if (consents && refused) cluster_.refuse_loss();
                 });
        });
}

void Operator::set_paused(bool paused) {
    const std::string verb = paused ? "pause" : "resume";
    post(verb + "s the group", group_path() + "/" + verb, Json::object());
}

void Operator::set_duty(const Fault& order, const std::string& verb) {
    Json body = Json::object();
    if (order.consent && verb != "drain") body["force"] = true;
    post(verb + "s node " + order.node.text, node_path(order.node, verb), std::move(body));
}

void Operator::restart_node(const Fault& order) {
    post_at(order.node, "restarts node " + order.node.text, node_path(order.node, "restart"),
            {{"servers", order.consent}});
}

void Operator::reinit_standby(const Fault& order) {
    const std::string instance = cluster_.group().text + "-" + order.node.text;
    post_at(order.node, "throws the data of " + instance + " away",
            group_path() + "/instances/" + instance + "/reinit", Json::object());
}

void Operator::pass_leadership(const Fault& order) {
    cluster_.api().post("/v1/raft/transfer", {{"to", order.node.text}},
                        [this, alive = alive_, to = order.node](const Answer& answer) {
                            if (*alive) tell("passes the lead to " + to.text, answer);
                        });
}

void Operator::compact_log(const Fault& order) {
    cluster_.api().ask(order.node, request_for("POST", "/v1/raft/snapshot"),
                       [this, alive = alive_, node = order.node](const Answer& answer) {
                           if (!*alive) return;
                           tell("has a snapshot made on " + node.text, answer);
                           cluster_.api().ask(node, request_for("POST", "/v1/raft/compact"),
                                              [](const Answer&) {});
                       });
}

/// What is to be declared is made of what one node says is declared now; another
/// change may come in between, also that of another operator.
void Operator::declare(const Fault& order) {
    cluster_.api().get("/v1/config", [this, alive = alive_, order](const Answer& seen) {
        if (!*alive || !seen.accepted() || !seen.body.contains("groups")) return;
        Json topology = as_topology(seen.body);
        if (!change(topology, order)) return;
        apply("declares another " + std::string(name_of(order.change)), std::move(topology), {});
    });
}

/// Looks at the plan first, and applies it for what was planned. A plan that will
/// be refused is sent all the same.
void Operator::apply(const std::string& what, Json topology, Then then) {
    Json body{{"topology", topology}, {"dry_run", true}, {"by", operator_name}};
    const auto planned = [this, alive = alive_, what, topology,
                          then = std::move(then)](const Answer& plan) {
        if (!*alive) return;
        if (!plan.accepted()) return tell(what + ", in vain", plan);
        const auto wanted = config::read_topology(topology);
        if (wanted) cluster_.install(wanted.value());
        Json order{{"topology", topology}, {"expected", plan.body.at("expected")}};
        const Duration thought = cluster_.world().random().between(Duration{0}, thought_max);
        later(thought, [this, what, order = std::move(order), then] {
            post(what, "/v1/config/apply", order, then);
        });
    };
    cluster_.api().post("/v1/config/apply", body, planned);
}

void Operator::add_node(const Fault& order) {
    if (cluster_.has(order.node) || cluster_.names().size() >= nodes_max) return;
    const cluster::Node node = declared_node(order.node);
    post("adds node " + order.node.text, "/v1/nodes", {{"node", config::node_json(node)}});
    start_added(order.node);
}

/// Its agent is started when the cluster knows it, whatever became of the answer.
void Operator::start_added(const NodeId& node) {
    if (cluster_.has(node)) return;
    const auto state = cluster_.agreed_state();
    if (state != nullptr && state->nodes.contains(node)) return cluster_.start_node(node);
    later(look_again, [this, node] { start_added(node); });
}

void Operator::remove_node(const Fault& order) {
    if (!cluster_.has(order.node) || cluster_.names().size() <= nodes_min) return;
    cluster_.api().get("/v1/config", [this, alive = alive_, node = order.node](const Answer& seen) {
        if (!*alive || !seen.accepted() || !seen.body.contains("groups")) return;
        Json topology = as_topology(seen.body);
        clear_node(topology, node);
        apply("takes everything from node " + node.text, std::move(topology),
              [this, node](const Answer& cleared) {
                  if (!cleared.accepted()) return;
                  post("removes node " + node.text, node_path(node, "remove"), Json::object(),
                       [this, node](const Answer& answer) {
                           if (!answer.accepted() || !answer.body.contains("entry")) return;
                           const Json& index = answer.body.at("entry").at("index");
                           watch_departure(node, LogIndex{index.get<std::uint64_t>()});
                       });
              });
    });
}

/// The agent of a node that was forgotten has to be stopped by hand. `asked`: the
/// entry that says it is to leave; who has not applied that knows nothing of it. It
/// stays if somebody lets it rejoin.
void Operator::watch_departure(const NodeId& node, LogIndex asked) {
    const runtime::MemberView* view = cluster_.agreed_view();
    const bool known = view != nullptr && view->applied >= asked;
    const bool there = known && view->state->nodes.contains(node);
    if (there && view->state->duty_of(node) != cluster::Duty::leaving) return;
    if (!known || there) {
        return later(look_again, [this, node, asked] { watch_departure(node, asked); });
    }
    cluster_.world().note("operator", "stops the agent of " + node.text + ", which has left");
    cluster_.retire(node);
}

void Operator::settle() {
    settle_once();
    later(look_again, [this] { settle(); });
}

void Operator::settle_once() {
    const auto state = cluster_.agreed_state();
    if (state == nullptr) return;
    const auto ask = [this](const std::string& what, const std::string& target, Json body) {
        if (!under_way_.insert(what).second) return;
        post(what, target, std::move(body),
             [this, what](const Answer&) { under_way_.erase(what); });
    };
    for (const auto& [id, group] : state->groups) {
        if (group.paused) {
            ask("resumes group " + id.text, "/v1/groups/" + id.text + "/resume", Json::object());
        }
    }
    for (const cluster::Instance& each : state->group(cluster_.group())->declared.instances) {
        if (each.priority != 0) continue;
        Fault order;
        order.change = Change::priority;
        order.node = each.node;
        order.number = cluster::Instance{}.priority;
        declare(order);
    }
    for (const auto& [node, each] : state->nodes) {
        const bool idle = each.duty == cluster::Duty::drained || each.duty == cluster::Duty::fenced;
        if (idle) {
            ask("lets node " + node.text + " rejoin", node_path(node, "rejoin"), {{"force", true}});
        }
    }
}

std::size_t Operator::accept_losses() {
    const auto state = cluster_.agreed_state();
    std::size_t accepted = 0;
    if (state == nullptr) return accepted;
    for (const auto& [id, group] : state->groups) {
        if (group.phase != cluster::Phase::fencing) continue;
        ++accepted;
        cluster_.accept_loss();
        post("accepts the loss of group " + id.text, "/v1/groups/" + id.text + "/failover",
             {{"epoch", group.epoch.value}, {"accept_loss", true}});
    }
    return accepted;
}

}  // namespace baton::simulation
