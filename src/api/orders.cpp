#include "api/orders.hpp"

#include "api/health.hpp"
#include "core/failover/assessment.hpp"

#include <algorithm>

namespace baton::api {

namespace {

using cluster::RequestKind;

constexpr std::size_t order_text_max = 256;  ///< Of `by` and `reason`: they are replicated.

Error wrong_type(std::string_view member, std::string_view expected) {
    return invalid("\"" + std::string{member} + "\" must be " + std::string{expected});
}

Result<std::string> read_text(const Json& body, const char* member, std::string otherwise) {
    const auto found = body.find(member);
    if (found == body.end() || found->is_null()) return otherwise;
    if (!found->is_string()) return wrong_type(member, "a string");
    auto text = found->get<std::string>();
    if (text.size() > order_text_max) return wrong_type(member, "at most 256 bytes long");
    return text;
}

/// A whole number, or nothing if absent.
template <typename Number>
Result<std::optional<Number>> read_number(const Json& body, const char* member) {
    const auto found = body.find(member);
    if (found == body.end() || found->is_null()) return std::optional<Number>{};
    if (!found->is_number_unsigned()) return wrong_type(member, "a whole number");
    return std::optional{Number{found->template get<std::uint64_t>()}};
}

Result<bool> read_flag(const Json& body, const char* member) {
    const auto found = body.find(member);
    if (found == body.end() || found->is_null()) return false;
    if (!found->is_boolean()) return wrong_type(member, "true or false");
    return found->get<bool>();
}

std::string listed(const std::vector<std::string_view>& names) {
    std::string text;
    for (const auto name : names) text += (text.empty() ? "" : ", ") + std::string{name};
    return text;
}

bool is_blank(std::string_view body) {
    return body.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

Error empty_body(const std::vector<std::string_view>& allowed) {
    const bool has_target = std::find(allowed.begin(), allowed.end(), "to") != allowed.end();
    const std::string example = has_target ? R"({"to":"NODE"})" : R"({"dry_run":true})";
    return invalid(
        "the body is empty, and nothing is done without being told: send a JSON object "
        "such as " +
        example + "; possible members: " + listed(allowed) +
        "; {} leaves all of them at their defaults");
}

Result<void> check_members(const Json& body, const std::vector<std::string_view>& allowed) {
    for (const auto& [member, value] : body.items()) {
        if (std::find(allowed.begin(), allowed.end(), member) != allowed.end()) continue;
        return invalid("unknown member \"" + member + "\"; known: " + listed(allowed));
    }
    return success();
}

/// Why nobody may take over in this phase; empty if somebody may.
std::string unfit_phase(const cluster::GroupState& group, RequestKind kind) {
    using cluster::Phase;
    const std::string name = "group " + group.declared.id.text;
    if (group.phase == Phase::vacant) return name + " never had a primary";
    if (kind != RequestKind::switchover) return {};
    if (group.phase == Phase::steady || group.phase == Phase::repairing) return {};
    return name + " is " + std::string{cluster::name_of(group.phase)} +
           "; a switchover needs phase steady or repairing: wait, or use failover if it is stuck";
}

std::string reasons_text(const View& view, const cluster::GroupState& group, const Order& order,
                         const InstanceId& except) {
    std::string text;
    for (const auto& instance : group.declared.instances) {
        if (instance.id == except) continue;
        const auto why = unfit(view, group, instance, order);
        text += (text.empty() ? "" : "; ") + instance.id.text + ": " + (why.empty() ? "fit" : why);
    }
    return text;
}

bool same_request(const cluster::GroupState& group, const Order& order, const InstanceId& target) {
    const bool as_bold = group.request.accept_loss || !order.accept_loss;
    if (group.request.kind == order.kind && group.request.target == target && as_bold) return true;
    return order.kind == RequestKind::switchover && group.phase == cluster::Phase::handing_over &&
           group.successor == target;
}

Json loss_json(const View& view, const cluster::GroupState& group, const Order& order,
               const InstanceId& to) {
    if (order.kind == RequestKind::switchover) {
        return {{"bytes_max", 0},
                {"why",
                 "writes pause until the successor holds everything the primary "
                 "acknowledged; otherwise the switchover is given up"}};
    }
    const auto* instance = group.declared.find(to);
    const auto lag = instance == nullptr ? std::nullopt : look_at(view, group, *instance).lag_bytes;
    return {{"bytes_max", lag ? Json(*lag) : Json(nullptr)},
            {"why",
             "a forced failover does not wait for the primary: what it acknowledged and "
             "the successor lacks may be lost; the number is as last reported"}};
}

}  // namespace

Heard heard_in(const View& view) {
    Heard heard;
    heard.reports = view.reports;
    for (const auto& [node, arrived] : view.report_times) {
        if (node != view.self) heard.hearings[node].report_age = view.now - arrived;
    }
    for (const cluster::PeerView& peer : view.peers) {
        heard.hearings[peer.peer].liveness = peer.liveness;
        if (peer.liveness == cluster::Liveness::failed) heard.reports.erase(peer.peer);
    }
    return heard;
}

Result<void> check_nesting(std::string_view body) {
    std::size_t depth = 0;
    bool quoted = false;
    for (std::size_t at = 0; at < body.size(); ++at) {
        const char letter = body[at];
        if (quoted && letter == '\\') ++at;
        if (letter == '"') quoted = !quoted;
        if (quoted) continue;
        if (letter == '{' || letter == '[') ++depth;
        if ((letter == '}' || letter == ']') && depth > 0) --depth;
        if (depth > body_depth_max) {
            return invalid("the body must be a JSON object, nested at most " +
                           std::to_string(body_depth_max) + " deep");
        }
    }
    return success();
}

Result<Order> read_order(std::string_view body, const std::vector<std::string_view>& allowed) {
    if (is_blank(body)) return empty_body(allowed);
    BATON_TRY(check_nesting(body));
    Order order;
    const Json json = Json::parse(body, nullptr, false);
    if (!json.is_object()) return invalid("the body must be a JSON object");
    BATON_TRY(check_members(json, allowed));
    BATON_TRY(order.to, read_text(json, "to", ""));
    BATON_TRY(order.by, read_text(json, "by", "api"));
    BATON_TRY(order.reason, read_text(json, "reason", ""));
    BATON_TRY(order.dry_run, read_flag(json, "dry_run"));
    BATON_TRY(order.accept_loss, read_flag(json, "accept_loss"));
    BATON_TRY(order.force, read_flag(json, "force"));
    BATON_TRY(order.servers, read_flag(json, "servers"));
    BATON_TRY(order.epoch, read_number<Epoch>(json, "epoch"));
    BATON_TRY(order.after, read_number<LogIndex>(json, "after"));
    return order;
}

Result<Order> read_optional_order(std::string_view body,
                                  const std::vector<std::string_view>& allowed) {
    return read_order(is_blank(body) ? "{}" : body, allowed);
}

std::string author(const Order& order) {
    return order.by + (order.reason.empty() ? "" : ": " + order.reason);
}

Result<InstanceId> find_target(const cluster::Group& group, const std::string& to) {
    if (to.empty()) return InstanceId{};
    if (const auto* instance = group.find(InstanceId{to})) return instance->id;
    if (const auto* instance = group.on(NodeId{to})) return instance->id;
    std::string known;
    for (const auto& instance : group.instances) {
        known +=
            (known.empty() ? "" : ", ") + instance.id.text + " (node " + instance.node.text + ")";
    }
    return invalid("group " + group.id.text + " has no instance \"" + to +
                   "\" and none on a node of that name; known: " + known);
}

std::string unfit(const View& view, const cluster::GroupState& group,
                  const cluster::Instance& instance, const Order& order) {
    const Heard heard = heard_in(view);
    const failover::Choice choice =
        order.kind == RequestKind::switchover
            ? failover::switchover_choice(*view.state, group, heard.reports, heard.hearings,
                                          InstanceId{})
            : failover::failover_choice(*view.state, group, heard.reports);
    const auto standing =
        std::ranges::find(choice.standings, instance.id, &failover::Standing::instance);
    if (standing == choice.standings.end()) return "it is not declared";
    if (standing->fitness == failover::Fitness::fit) return {};
    const bool lossy = standing->fitness == failover::Fitness::lossy;
    if (lossy && order.accept_loss) return {};
    return standing->why + (lossy ? "; accept_loss would discard what it lacks" : "");
}

Result<Plan> plan(const View& view, const cluster::GroupState& group, const Order& order) {
    const std::string name = group.declared.id.text;
    BATON_TRY(const auto target, find_target(group.declared, order.to));
    if (order.epoch && *order.epoch != group.epoch) {
        return conflict("group " + name + " is at epoch " + std::to_string(group.epoch.value) +
                        ", not " + std::to_string(order.epoch->value) +
                        ": someone decided meanwhile; look again before asking");
    }
    Plan made{appointed(group), target, {}, same_request(group, order, target)};
    if (made.under_way) return made;
    if (!cluster::may_replace(group.request.kind, order.kind)) {
        return refused("a " + std::string{cluster::name_of(group.request.kind)} + " of group " +
                       name + " asked by " + group.request.by + " is already under way");
    }
    if (auto why = unfit_phase(group, order.kind); !why.empty()) return refused(std::move(why));
    for (const auto& instance : group.declared.instances) {
        if (unfit(view, group, instance, order).empty()) made.candidates.push_back(instance.id);
    }
    if (!target && made.candidates.empty()) {
        return refused("no instance of group " + name +
                       " can take over: " + reasons_text(view, group, order, InstanceId{}));
    }
    if (!target) return made;
    const auto why = unfit(view, group, *group.declared.find(target), order);
    if (why.empty()) return made;
    return refused(target.text + " cannot take over: " + why +
                   ". Others: " + reasons_text(view, group, order, target));
}

Json plan_json(const View& view, const cluster::GroupState& group, const Order& order,
               const Plan& made) {
    const bool planned = order.kind == RequestKind::switchover;
    const std::string to = made.to ? made.to.text : "the most complete candidate";
    const std::string from = made.from ? made.from.text : "the old primary";
    Json steps = Json::array();
    if (planned) {
        steps = {
            "agree on handing over to " + to,
            "pause writes on " + from,
            "wait until " + to + " holds every acknowledged write",
            "make " + from + " a standby and revoke its appointment",
            "appoint " + to + " at epoch " + std::to_string(group.epoch.value + 1) + " and open it",
            "switch every front to " + to,
            "let the others follow " + to};
    } else {
        steps = {
            "revoke the appointment of " + from,
            "wait until " + from + " can acknowledge nothing more: proof, or the lease's end",
            "appoint " + to + " at epoch " + std::to_string(group.epoch.value + 1) + " and open it",
            "switch every front to " + to, "let the others follow " + to};
    }
    Json candidates = Json::array();
    for (const auto& candidate : made.candidates) candidates.push_back(candidate.text);
    const auto lease = view.state ? view.state->settings.lease : Duration{0};
    const auto longest = planned ? group.declared.switchover_timeout : lease::takeover_wait(lease);
    return {{"group", group.declared.id.text},
            {"kind", cluster::name_of(order.kind)},
            {"dry_run", true},
            {"epoch", group.epoch.value},
            {"from", made.from ? Json(made.from.text) : Json(nullptr)},
            {"to", made.to ? Json(made.to.text) : Json(nullptr)},
            {"candidates", std::move(candidates)},
            {"steps", std::move(steps)},
            {"write_pause_ms",
             {{"expected", planned ? 30 : whole_milliseconds(longest)},
              {"longest", whole_milliseconds(longest)}}},
            {"loss", loss_json(view, group, order, made.to)},
            {"undo", made.from ? Json("baton group switchover " + group.declared.id.text +
                                      " --to " + made.from.text)
                               : Json(nullptr)}};
}

}  // namespace baton::api
