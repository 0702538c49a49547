#pragma once

/// The one table of routes: dispatch, 404 and 405, /openapi.json and docs/api.md
/// all come from it. No socket here; a request comes in, an answer goes out.

#include "api/access.hpp"
#include "api/http.hpp"
#include "ports/loop.hpp"
#include "ports/tokens.hpp"

#include <map>
#include <span>
#include <string>
#include <string_view>

namespace baton::api {

class AuditTrail;

/// What routes may use. All of it outlives every request.
struct Surface {
    Access& access;
    Loop& loop;
    Tokens* tokens = nullptr;  ///< Null: nobody is asked who they are.
    AuditTrail* trail = nullptr;         ///< Null: nothing is recorded.
    bool secure = false;                 ///< Served inside TLS, by this agent and so by all.
};

/// One request on its way to a route. Valid during the call only.
struct Call {
    const Surface& surface;
    const View& view;
    const Request& request;
    const std::map<std::string, std::string>& path;  ///< Values of the pattern's {names}.
};

struct Parameter {
    std::string_view name;
    std::string_view place;  ///< path, query or body.
    std::string_view type;   ///< string, integer or boolean.
    bool required = false;
    std::string_view text;
};

/// Whose token a route needs, when tokens are configured.
enum class Need {
    nothing,  ///< Anybody: probes of load balancers, metrics, and the description itself.
    read,     ///< Of any role.
    operate,  ///< Of an operator or administrator.
    admin,    ///< Of an administrator.
};

struct Route {
    std::string_view method;
    std::string_view pattern;  ///< A segment in braces takes any one segment.
    Need needs;
    bool on_leader;  ///< Another node answers 307 to the leader, or 503 if none is known.
    std::string_view summary;
    std::span<const Parameter> parameters;
    std::string_view answer;  ///< Success and the refusals special to this route.
    Response (*now)(const Call& call) = nullptr;
    /// Instead of `now`, for answers that must wait. Takes copies of what it
    /// needs later. Answers exactly once.
    void (*later)(const Call& call, Respond respond) = nullptr;
};

[[nodiscard]] std::span<const Route> route_table();

/// Finds the route and calls it. Never throws; answers exactly once.
void dispatch(const Surface& surface, const Request& request, Respond respond);

}  // namespace baton::api
