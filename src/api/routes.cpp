#include "api/routes.hpp"

#include "api/audit_trail.hpp"
#include "api/view_json.hpp"

#include <set>

namespace baton::api {

namespace {

using Values = std::map<std::string, std::string>;

std::string_view take_segment(std::string_view& path) {
    if (!path.empty() && path.front() == '/') path.remove_prefix(1);
    const auto end = path.find('/');
    const auto segment = path.substr(0, end);
    path.remove_prefix(end == std::string_view::npos ? path.size() : end);
    return segment;
}

/// Fills `values` with what stands for the pattern's {names}.
bool matches(std::string_view pattern, std::string_view path, Values& values) {
    while (!pattern.empty() && !path.empty()) {
        const auto expected = take_segment(pattern);
        const auto given = take_segment(path);
        if (expected.starts_with('{')) {
            if (given.empty()) return false;
            values[std::string{expected.substr(1, expected.size() - 2)}] = std::string{given};
        } else if (expected != given) {
            return false;
        }
    }
    return pattern.empty() && path.empty();
}

struct Found {
    const Route* route = nullptr;
    Values values;
    std::set<std::string> methods;  ///< Of all routes with this path; empty: no such path.
};

Found find_route(const Request& request) {
    const std::string method = request.method == "HEAD" ? "GET" : request.method;
    Found found;
    for (const Route& route : route_table()) {
        Values values;
        if (!matches(route.pattern, request.path, values)) continue;
        found.methods.insert(std::string{route.method});
        if (route.method != method) continue;
        found.route = &route;
        found.values = std::move(values);
    }
    if (found.methods.contains("GET")) found.methods.insert("HEAD");
    if (!found.methods.empty()) found.methods.insert("OPTIONS");
    return found;
}

Response no_route(const Request& request, const Found& found) {
    if (found.methods.empty()) {
        return error_response(
            invalid("no such path: " + request.path + "; GET /openapi.json lists all of them"),
            404);
    }
    std::string allowed;
    for (const auto& method : found.methods) allowed += (allowed.empty() ? "" : ", ") + method;
    Response response =
        request.method == "OPTIONS"
            ? text_response("")
            : error_response(
                  invalid(request.method + " is not possible here; possible: " + allowed), 405);
    if (request.method == "OPTIONS") response.status = 204;
    response.headers.emplace_back("Allow", allowed);
    return response;
}

/// Nobody, if there is no token or nobody knows it.
std::optional<Bearer> bearer_of(const Surface& surface, const Request& request) {
    constexpr std::string_view scheme = "Bearer ";
    const std::string given = request.header("authorization");
    if (surface.tokens == nullptr || !given.starts_with(scheme)) return std::nullopt;
    return surface.tokens->find(std::string_view{given}.substr(scheme.size()));
}

Role role_for(Need need) {
    switch (need) {
        case Need::nothing:
        case Need::read: return Role::read;
        case Need::operate: return Role::operate;
        case Need::admin: return Role::admin;
    }
    return Role::admin;
}

Response ask_for_token() {
    Response response = error_response(
        refused("this path needs an API token that the agent knows: send the header "
                "`Authorization: Bearer TOKEN`; an administrator makes one with baton token add"),
        401);
    response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"baton\"");
    return response;
}

Response too_little(const Bearer& bearer, Role needed) {
    const std::string role{name_of(needed)};
    return error_response(refused("token " + bearer.name + " has the role " +
                                  std::string{name_of(bearer.role)} + ", and this needs " + role +
                                  "; an administrator makes such a token with baton "
                                  "token add --role " +
                                  role),
                          403);
}

/// A web page elsewhere must not make a browser on this machine give orders.
bool from_foreign_page(const Request& request) {
    const std::string origin = request.header("origin");
    if (request.method != "POST" || origin.empty()) return false;
    const auto scheme = origin.find("://");
    return scheme == std::string::npos || origin.substr(scheme + 3) != request.header("host");
}

/// Where to go when only the leader can answer; nothing when that is here.
std::optional<Response> lead_elsewhere(const Surface& surface, const View& view,
                                       const Request& request) {
    if (view.raft.role == raft::Role::leader) return std::nullopt;
    if (!view.formed || !view.state) {
        return error_response(
            unavailable("this node is not part of a cluster yet: " + view.waiting_for));
    }
    const auto leader = view.state->nodes.find(view.raft.leader);
    if (leader == view.state->nodes.end()) {
        return error_response(
            unavailable("no leader known: a majority of nodes is not reachable from node " +
                        view.self.text + ", or an election is under way; try again"));
    }
    const auto where = address_text(leader->second.declared.api);
    Response response = json_response({{"leader", leader->first.text}, {"api", where}}, 307);
    response.headers.emplace_back(
        "Location", (surface.secure ? "https://" : "http://") + where + request.target);
    return response;
}

/// Why the caller may not ask this; nothing if it may.
std::optional<Response> refusal_of(const Surface& surface, const Request& request,
                                   const Route& route,
                                   const std::optional<Bearer>& bearer) {
    if (surface.tokens != nullptr && route.needs != Need::nothing) {
        if (!bearer) return ask_for_token();
        if (bearer->role < role_for(route.needs)) return too_little(*bearer, role_for(route.needs));
    }
    if (!from_foreign_page(request)) return std::nullopt;
    return error_response(refused("orders from a web page of another origin are not taken"), 403);
}

void call_route(const Surface& surface, const Request& request, const Found& found,
                const Respond& respond) {
    View view = surface.access.view();
    if (surface.trail != nullptr) view.api_requests_refused = surface.trail->refusals();
    if (found.route->on_leader) {
        if (auto elsewhere = lead_elsewhere(surface, view, request))
            return respond(std::move(*elsewhere));
    }
    const Call call{surface, view, request, found.values};
    if (found.route->later != nullptr) return found.route->later(call, respond);
    respond(found.route->now(call));
}

}  // namespace

void dispatch(const Surface& surface, const Request& request, Respond respond) {
    const Found found = find_route(request);
    if (found.route == nullptr) return respond(no_route(request, found));
    const auto bearer = bearer_of(surface, request);
    Caller caller;
    if (bearer) caller = {bearer->name, std::string{name_of(bearer->role)}};
    if (auto refusal = refusal_of(surface, request, *found.route, bearer)) {
        if (surface.trail != nullptr) surface.trail->refused(request, caller, *refusal);
        return respond(std::move(*refusal));
    }
    if (surface.trail != nullptr && found.route->method == "POST") {
        respond = surface.trail->recording(request, caller, std::move(respond));
    }
    call_route(surface, request, found, respond);
}

}  // namespace baton::api
