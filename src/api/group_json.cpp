#include "api/health.hpp"
#include "api/orders.hpp"
#include "api/view_json.hpp"
#include "core/failover/assessment.hpp"
#include "core/failover/completeness.hpp"

namespace baton::api {

namespace {

Json lag_of(const InstanceView& look) {
    return look.lag_bytes ? Json(*look.lag_bytes) : Json(nullptr);
}

Json instance_json(const InstanceView& look) {
    const auto& declared = *look.declared;
    Json json{{"id", declared.id.text},
              {"node", declared.node.text},
              {"role", name_of(look.role)},
              {"health", name_of(look.health)},
              {"lag_bytes", lag_of(look)},
              {"host", declared.endpoint.host},
              {"port", declared.endpoint.port},
              {"priority", declared.priority},
              {"nofailover", declared.priority == 0},
              {"noloadbalance", !declared.serves_reads},
              {"problem", look.problem}};
    if (look.report == nullptr) return json;
    const auto& report = *look.report;
    json["pid"] = report.pid;
    json["process"] = name_of(report.process);
    json["following"] = report.following ? Json(report.following.text) : Json(nullptr);
    json["link_up"] = report.link_up;
    json["loading"] = report.loading;
    json["offset"] = report.offset;
    json["replication_id"] = report.replication_id;
    json["full_syncs"] = report.full_syncs;
    json["opened_epoch"] = report.opened.value;
    json["closed_epoch"] = report.closed.value;
    return json;
}

Json primary_json(const cluster::GroupState& group) {
    const auto* instance = group.declared.find(appointed(group));
    if (instance == nullptr) return nullptr;
    return {{"instance", instance->id.text}, {"node", instance->node.text}};
}

Json request_json(const cluster::PendingRequest& request) {
    if (request.kind == cluster::RequestKind::none) return nullptr;
    return {{"kind", name_of(request.kind)},
            {"target", request.target ? Json(request.target.text) : Json(nullptr)},
            {"accept_loss", request.accept_loss},
            {"by", request.by},
            {"reason", request.reason}};
}

Json decision_json(const cluster::Decision& decision) {
    return {{"index", decision.index.value},
            {"epoch", decision.epoch.value},
            {"phase", name_of(decision.phase)},
            {"rule", decision.rule},
            {"why", decision.why},
            {"inputs", decision.inputs},
            {"wall_ms", decision.wall_milliseconds}};
}

/// Null while no primary was ever replaced.
Json loss_json(const cluster::Loss& loss) {
    if (loss.epoch.value == 0) return nullptr;
    Json json{{"epoch", loss.epoch.value},
              {"from", loss.from.text},
              {"to", loss.to.text},
              {"promise", name_of(loss.promise)},
              {"promoted_offset", loss.promoted},
              {"heard_offset", loss.heard ? Json(*loss.heard) : Json(nullptr)},
              {"bytes_known", nullptr},
              {"bytes_likely", nullptr},
              {"heard_age_ms", nullptr},
              {"bytes_per_second", loss.bytes_per_second},
              {"window_ms", nullptr},
              {"text", failover::describe(loss)}};
    if (loss.heard) {
        json["bytes_known"] = loss.bytes_known();
        json["bytes_likely"] = loss.bytes_likely();
        json["heard_age_ms"] = whole_milliseconds(loss.age);
    }
    if (loss.window) json["window_ms"] = whole_milliseconds(*loss.window);
    return json;
}

Json link_of(const InstanceView& look, const cluster::GroupState& group) {
    if (look.declared->id == appointed(group)) return nullptr;
    if (look.report == nullptr) return "unknown";
    if (look.report->loading) return "loading";
    return look.report->link_up ? "up" : "down";
}

/// What a group between two primaries waits for, as this node sees it now.
/// Whether the old lease is over only the leader knows: it is taken to be.
std::optional<cluster::Decision> waiting_for(const View& view, const cluster::GroupState& group) {
    const Heard heard = heard_in(view);
    failover::Situation situation;
    situation.state = view.state.get();
    situation.group = &group;
    situation.reports = &heard.reports;
    situation.hearings = &heard.hearings;
    situation.quorum = has_quorum(view);
    situation.now = view.now;
    situation.lease_over = Instant::never();
    situation.phase_since = Instant::never();
    const failover::Plan plan = failover::assess(situation);
    if (plan.rule->step != failover::Step::stay) return std::nullopt;
    cluster::Decision waiting;
    waiting.index = view.applied;
    waiting.epoch = group.epoch;
    waiting.phase = group.phase;
    waiting.rule = plan.rule->id;
    waiting.why = plan.rule->why;
    for (const failover::Standing& each : plan.choice.standings) {
        if (each.held_back) waiting.why += "; " + each.instance.text + ": " + each.why;
    }
    if (!plan.choice.unproven.empty()) waiting.why += "; " + plan.choice.unproven;
    waiting.inputs = failover::describe(plan.facts) + " | " + failover::describe(plan.choice);
    if (!group.decisions.empty()) {
        waiting.wall_milliseconds = group.decisions.back().wall_milliseconds;
    }
    return waiting;
}

/// Null where nothing is promised about confirmed writes.
Json acknowledgements_of(const cluster::Group& declared) {
    const bool replicated = declared.durability == cluster::Durability::replicated;
    return replicated ? Json(declared.acknowledgements) : Json(nullptr);
}

}  // namespace

Json group_json(const View& view, const cluster::GroupState& group) {
    Json instances = Json::array();
    for (const auto& instance : group.declared.instances) {
        const InstanceView look = look_at(view, group, instance);
        Json each = instance_json(look);
        const bool counts = look.report != nullptr && failover::counts(group, *look.report);
        each["position_counts"] = !group.holders.empty() ? Json(counts) : Json(nullptr);
        instances.push_back(std::move(each));
    }
    Json fronts = Json::array();
    for (const auto& node : group.declared.front_nodes) fronts.push_back(node.text);
    Json json{{"name", group.declared.id.text},
              {"kind", name_of(group.declared.kind)},
              {"phase", name_of(group.phase)},
              {"epoch", group.epoch.value},
              {"primary", primary_json(group)},
              {"instances", std::move(instances)},
              {"paused", group.paused},
              {"revoked", group.revoked},
              {"durability", name_of(group.declared.durability)},
              {"acknowledgements", acknowledgements_of(group.declared)},
              {"successor", group.successor ? Json(group.successor.text) : Json(nullptr)},
              {"request", request_json(group.request)},
              {"write_port", group.declared.write_port},
              {"read_port", group.declared.read_port},
              {"front_nodes", std::move(fronts)},
              {"last_failover_wall_ms", group.last_failover_wall_milliseconds},
              {"last_loss", loss_json(group.loss)}};
    if (!group.decisions.empty()) json["last_decision"] = decision_json(group.decisions.back());
    return json;
}

Json groups_json(const View& view) {
    Json groups = Json::array();
    if (!view.state) return groups;
    for (const auto& [id, group] : view.state->groups) groups.push_back(group_json(view, group));
    return groups;
}

Json replication_json(const View& view) {
    Json groups = Json::array();
    if (!view.state) return groups;
    for (const auto& [id, group] : view.state->groups) {
        Json instances = Json::array();
        for (const auto& instance : group.declared.instances) {
            const auto look = look_at(view, group, instance);
            Json entry{{"id", instance.id.text},     {"node", instance.node.text},
                       {"role", name_of(look.role)}, {"health", name_of(look.health)},
                       {"lag_bytes", lag_of(look)},  {"link", link_of(look, group)},
                       {"problem", look.problem}};
            if (look.report != nullptr) {
                entry["offset"] = look.report->offset;
                entry["bytes_per_second"] = look.report->bytes_per_second;
                entry["backlog_bytes"] = look.report->backlog_bytes;
                entry["quarantine"] = look.report->quarantine;
            }
            instances.push_back(std::move(entry));
        }
        groups.push_back({{"group", id.text},
                          {"epoch", group.epoch.value},
                          {"phase", name_of(group.phase)},
                          {"primary", primary_json(group)},
                          {"instances", std::move(instances)}});
    }
    return groups;
}

Json decisions_json(const View& view, const cluster::GroupState& group,
                    std::optional<Epoch> epoch) {
    Json decisions = Json::array();
    for (const auto& decision : group.decisions) {
        if (!epoch || decision.epoch == *epoch) decisions.push_back(decision_json(decision));
    }
    const bool wanted = !epoch || *epoch == group.epoch;
    if (wanted && group.phase == cluster::Phase::fencing) {
        if (auto waiting = waiting_for(view, group)) decisions.push_back(decision_json(*waiting));
    }
    return decisions;
}

}  // namespace baton::api
