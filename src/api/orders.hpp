#pragma once

/// What an operator asks of a group, checked against what is known: may it be
/// asked now, of which instance, and what would happen. Pure; the replicated
/// state machine judges again when the request is applied.

#include "api/access.hpp"
#include "api/view_json.hpp"
#include "core/failover/candidate.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace baton::api {

struct Order {
    cluster::RequestKind kind = cluster::RequestKind::none;
    std::string to;  ///< As given: a node's or an instance's name; empty: the best candidate.
    bool accept_loss = false;
    bool force = false;  ///< Also where it cannot be confirmed, or discards something.
    bool servers = false;  ///< Those of the node as well.
    bool dry_run = false;
    std::optional<Epoch> epoch;     ///< The epoch the operator saw.
    std::optional<LogIndex> after;  ///< The entry up to which the operator saw the log.
    std::string by = "api";
    std::string reason;
};

/// Copying and writing JSON recurse, so a body that is nothing but brackets
/// would exhaust the stack. Errors: invalid, naming the bound.
inline constexpr std::size_t body_depth_max = 16;
[[nodiscard]] Result<void> check_nesting(std::string_view body);

/// Reads a body strictly. `allowed` names the members this order may have.
/// Errors: invalid, naming the member; an empty body as well, because a request
/// that lost its body must not be carried out with defaults.
[[nodiscard]] Result<Order> read_order(std::string_view body,
                                       const std::vector<std::string_view>& allowed);
/// The same for an order whose path says everything: an empty body is `{}`.
[[nodiscard]] Result<Order> read_optional_order(std::string_view body,
                                                const std::vector<std::string_view>& allowed);

/// Who asked and why, as one text for the log.
[[nodiscard]] std::string author(const Order& order);

/// What the leader decides on: reports of nodes that are not held failed, and
/// how present each node is.
struct Heard {
    std::map<NodeId, cluster::NodeReport> reports;
    failover::Hearings hearings;
};
[[nodiscard]] Heard heard_in(const View& view);

/// Errors: invalid, naming the known ones.
[[nodiscard]] Result<InstanceId> find_target(const cluster::Group& group, const std::string& to);

/// Why `instance` cannot take over now; empty if it can.
[[nodiscard]] std::string unfit(const View& view, const cluster::GroupState& group,
                                const cluster::Instance& instance, const Order& order);

struct Plan {
    InstanceId from;
    InstanceId to;  ///< Empty: the best of `candidates`.
    std::vector<InstanceId> candidates;
    bool under_way = false;  ///< The same was asked before and is being done.
};

/// Errors: conflict (another epoch), refused (group or target not fit, saying
/// why for each instance), invalid (unknown target).
[[nodiscard]] Result<Plan> plan(const View& view, const cluster::GroupState& group,
                                const Order& order);
/// Steps in order, expected write pause, bound on loss, and how to undo it.
[[nodiscard]] Json plan_json(const View& view, const cluster::GroupState& group, const Order& order,
                             const Plan& made);

}  // namespace baton::api
