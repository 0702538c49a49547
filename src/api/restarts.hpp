#pragma once

/// May the agent of this node be restarted, and with it its servers? Pure. An
/// agent may always: its servers go on under the guard. A server may only while
/// it neither is nor becomes the primary of its group.

#include "api/access.hpp"
#include "api/view_json.hpp"

#include <set>

namespace baton::api {

/// The servers of this node that are restarted. Errors: refused, naming the
/// primary that is in the way and what to do first.
[[nodiscard]] Result<std::set<InstanceId>> servers_to_restart(const View& view);

[[nodiscard]] Json restart_json(const View& view, const std::set<InstanceId>& servers);

}  // namespace baton::api
