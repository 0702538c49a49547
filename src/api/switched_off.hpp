#pragma once

/// An operator's word that a node's machine is off, checked against what is known.
/// It ends the wait of groups whose old primary is silent there and nothing else can
/// prove that it no longer acts. Pure; the replicated state machine keeps the word.

#include "api/access.hpp"
#include "api/view_json.hpp"

#include <optional>
#include <vector>

namespace baton::api {

struct SwitchedOff {
    LogIndex after;              ///< What was revoked up to this entry is over.
    std::vector<GroupId> waits;  ///< Groups that wait for nothing else.
};

/// Errors: invalid (unknown node, naming the known ones), refused (no majority; the node is
/// heard, so it is not off; no group waits for it, or one does not wait yet), conflict (a group
/// waits for something newer than `seen`, the last entry that the operator knew of).
[[nodiscard]] Result<SwitchedOff> plan_switched_off(const View& view, const NodeId& node,
                                                    std::optional<LogIndex> seen);
[[nodiscard]] Json switched_off_json(const View& view, const NodeId& node,
                                     const SwitchedOff& plan);

}  // namespace baton::api
