#pragma once

/// May the data of a standby of this node be thrown away, and what happens then?
/// Pure. It may only while another server is open as the primary and has a copy
/// to give.

#include "api/access.hpp"
#include "api/view_json.hpp"

namespace baton::api {

/// Errors: invalid (no such instance), refused (it is on another node, is or
/// becomes the primary, or nobody has a copy to give now).
[[nodiscard]] Result<const cluster::Instance*> may_reinitialise(const View& view,
                                                                const cluster::GroupState& group,
                                                                const InstanceId& instance);

[[nodiscard]] Json reinit_json(const View& view, const cluster::GroupState& group,
                               const cluster::Instance& instance);

}  // namespace baton::api
