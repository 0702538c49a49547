#pragma once

/// What the routes of the table call. Each answers one path; the shapes are in
/// view_json.hpp and docs/api.md.

#include "api/routes.hpp"
#include "api/view_json.hpp"

namespace baton::api {

/// Time for a proposal to be agreed on; then its outcome is unknown.
inline constexpr Duration propose_deadline = std::chrono::seconds{5};
inline constexpr std::size_t events_default = 1000;
inline constexpr std::size_t events_max = 10'000;
inline constexpr std::size_t audit_default = 100;
inline constexpr std::size_t audit_max = 1000;

// read_actions.cpp
[[nodiscard]] Response get_health(const Call& call);
[[nodiscard]] Response get_health_detailed(const Call& call);
[[nodiscard]] Response get_healthz(const Call& call);
[[nodiscard]] Response get_readyz(const Call& call);
[[nodiscard]] Response get_raft_state(const Call& call);
[[nodiscard]] Response get_raft_health(const Call& call);
[[nodiscard]] Response get_replication(const Call& call);
[[nodiscard]] Response get_metrics(const Call& call);
[[nodiscard]] Response get_openapi(const Call& call);
[[nodiscard]] Response get_cluster(const Call& call);
[[nodiscard]] Response get_nodes(const Call& call);
[[nodiscard]] Response get_groups(const Call& call);
[[nodiscard]] Response get_group(const Call& call);
[[nodiscard]] Response get_decisions(const Call& call);
[[nodiscard]] Response get_config(const Call& call);
[[nodiscard]] Response get_events(const Call& call);

// diagnosis_actions.cpp
[[nodiscard]] Response get_partition(const Call& call);
[[nodiscard]] Response get_fencing(const Call& call);
[[nodiscard]] Response get_consistency(const Call& call);

// audit_actions.cpp
void get_audit(const Call& call, Respond respond);

// log_actions.cpp
void post_snapshot(const Call& call, Respond respond);
void post_compact(const Call& call, Respond respond);

// role_actions.cpp
[[nodiscard]] Response get_primary(const Call& call);
[[nodiscard]] Response get_replica(const Call& call);
[[nodiscard]] Response get_read_only(const Call& call);

// order_actions.cpp
void post_switchover(const Call& call, Respond respond);
void post_failover(const Call& call, Respond respond);
void post_pause(const Call& call, Respond respond);
void post_resume(const Call& call, Respond respond);
void post_transfer(const Call& call, Respond respond);

// change_actions.cpp
void post_replace(const Call& call, Respond respond);
void post_config_apply(const Call& call, Respond respond);

// scale_actions.cpp
void post_add_node(const Call& call, Respond respond);

// restart_actions.cpp
void post_restart(const Call& call, Respond respond);
void post_reinit(const Call& call, Respond respond);

// duty_actions.cpp
void post_fence(const Call& call, Respond respond);
void post_drain(const Call& call, Respond respond);
void post_remove_node(const Call& call, Respond respond);
void post_rejoin(const Call& call, Respond respond);
void post_switched_off(const Call& call, Respond respond);

/// Proposes and answers with `body`, completed by the entry that carries it.
void propose(const Call& call, cluster::Command command, Json body, Respond respond);

/// The group named in the path. Errors: unavailable (not formed), invalid
/// (unknown, naming the known ones).
[[nodiscard]] Result<const cluster::GroupState*> find_group(const View& view,
                                                            const std::string& name);
/// A whole number, or nothing if absent. Errors: invalid.
[[nodiscard]] Result<std::optional<std::uint64_t>> whole_number(const Request& request,
                                                                std::string_view name);

}  // namespace baton::api
