#include "api/actions.hpp"
#include "api/health.hpp"
#include "api/view_json.hpp"

#include <algorithm>

namespace baton::api {

namespace {

enum class Wanted { primary, standby, either };

/// The group meant, or null when this node has none to speak of yet. Errors:
/// invalid, naming the groups.
Result<const cluster::GroupState*> group_meant(const Call& call) {
    const auto name = call.request.parameter("group");
    if (!call.view.state) return static_cast<const cluster::GroupState*>(nullptr);
    if (name) return find_group(call.view, *name);
    const auto& groups = call.view.state->groups;
    if (groups.size() == 1) return &groups.begin()->second;
    if (groups.empty()) return static_cast<const cluster::GroupState*>(nullptr);
    std::string known;
    for (const auto& [id, group] : groups) known += (known.empty() ? "" : ", ") + id.text;
    return invalid("say which group: ?group=NAME, one of " + known);
}

std::string role_here(const View& view, const cluster::GroupState& group) {
    const auto* own = group.declared.on(view.self);
    if (own == nullptr) return "none";
    if (serves_as_primary(view, group)) return "primary";
    const auto role = look_at(view, group, *own).role;
    // A server that still takes writes without the right to is not served as primary.
    return std::string{role == InstanceRole::primary ? "unknown" : name_of(role)};
}

std::string why_not(const View& view, const cluster::GroupState& group) {
    const auto* own = group.declared.on(view.self);
    if (own == nullptr) return "this node has no instance of the group";
    if (own->id == appointed(group) && lease_remaining(view, group) <= Duration{0}) {
        return "appointed, but this node holds no lease for this epoch";
    }
    const std::string problem = look_at(view, group, *own).problem;
    return problem.empty() ? "the instance of this node is " + role_here(view, group) : problem;
}

Response answer(int status, const Json& body, const std::string& group, Epoch epoch,
                std::int64_t lease, const std::string& role) {
    Response response = json_response(body, status);
    response.headers = {{"X-Baton-Group", group},
                        {"X-Baton-Epoch", std::to_string(epoch.value)},
                        {"X-Baton-Lease-Remaining-Ms", std::to_string(lease)},
                        {"X-Baton-Role", role}};
    return response;
}

Response answer_unformed(const View& view) {
    const std::string why = view.formed ? "the cluster declares no group"
                                        : "not part of a cluster yet: " + view.waiting_for;
    return answer(503,
                  {{"group", nullptr},
                   {"node", view.self.text},
                   {"instance", nullptr},
                   {"role", "none"},
                   {"serving", false},
                   {"epoch", 0},
                   {"lease_remaining_ms", 0},
                   {"phase", nullptr},
                   {"why", why}},
                  "", Epoch{}, 0, "none");
}

Response answer_role(const Call& call, Wanted wanted) {
    const View& view = call.view;
    const auto meant = group_meant(call);
    if (!meant) {
        const bool unknown = call.request.parameter("group").has_value();
        Response response = error_response(meant.error(), unknown ? 404 : 0);
        response.headers = answer_unformed(view).headers;
        return response;
    }
    if (meant.value() == nullptr) return answer_unformed(view);
    const auto& group = *meant.value();
    const bool primary = wanted != Wanted::standby && serves_as_primary(view, group);
    const bool standby = wanted != Wanted::primary && serves_as_standby(view, group);
    const bool serving = primary || standby;
    const auto* own = group.declared.on(view.self);
    const auto role = role_here(view, group);
    const auto lease = whole_milliseconds(lease_remaining(view, group));
    const Json body{{"group", group.declared.id.text},
                    {"node", view.self.text},
                    {"instance", own == nullptr ? Json(nullptr) : Json(own->id.text)},
                    {"role", role},
                    {"serving", serving},
                    {"epoch", group.epoch.value},
                    {"lease_remaining_ms", lease},
                    {"phase", cluster::name_of(group.phase)},
                    {"why", serving ? "" : why_not(view, group)}};
    return answer(serving ? 200 : 503, body, group.declared.id.text, group.epoch, lease, role);
}

}  // namespace

Response get_primary(const Call& call) {
    return answer_role(call, Wanted::primary);
}
Response get_replica(const Call& call) {
    return answer_role(call, Wanted::standby);
}
Response get_read_only(const Call& call) {
    return answer_role(call, Wanted::either);
}

}  // namespace baton::api
