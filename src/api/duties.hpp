#pragma once

/// What an operator lets a node do (fence, drain, rejoin), checked against what
/// is known. Pure; the replicated state machine keeps the result.

#include "api/access.hpp"
#include "api/orders.hpp"
#include "api/view_json.hpp"

#include <string>
#include <vector>

namespace baton::api {

struct DutyPlan {
    bool changes = true;                ///< False: it is so already.
    bool heard = true;                  ///< The node is there to carry it out.
    std::vector<GroupId> moves;         ///< Groups whose primary leaves the node.
    std::vector<std::string> discards;  ///< Rejoin: what instances hold that others do not.
};

/// Errors: invalid (unknown node, naming the known ones), refused (no majority;
/// a node to be fenced is not heard, without `force`; a drained primary has no
/// successor; something is declared on a node that leaves, or too few voters would
/// be left; a rejoin would discard data, without `force`).
[[nodiscard]] Result<DutyPlan> plan_duty(const View& view, const NodeId& node, cluster::Duty duty,
                                         const Order& order);
[[nodiscard]] Json duty_json(const View& view, const NodeId& node, cluster::Duty duty,
                             const DutyPlan& plan);

/// It reports, and nothing makes it suspect.
[[nodiscard]] bool is_heard(const View& view, const NodeId& node);

/// "no node X; known: a, b".
[[nodiscard]] Error unknown_node(const View& view, const NodeId& node);

}  // namespace baton::api
