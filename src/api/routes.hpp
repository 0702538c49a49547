#pragma once

/// The one table of routes: dispatch, 404 and 405, /openapi.json and docs/api.md
/// all come from it. No socket here; a request comes in, an answer goes out.

#include "api/access.hpp"
#include "api/http.hpp"
#include "ports/loop.hpp"

#include <map>
#include <span>
#include <string>
#include <string_view>

namespace baton::api {

/// What routes may use. All of it outlives every request.
struct Surface {
    Access& access;
    Loop& loop;
    std::string token;  ///< Empty: none is asked for.
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

/// Who may call a route when a token is configured.
enum class Gate {
    open,   ///< Anybody: probes of load balancers, metrics, and the description itself.
    token,  ///< Only with the token.
};

struct Route {
    std::string_view method;
    std::string_view pattern;  ///< A segment in braces takes any one segment.
    Gate gate;
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
