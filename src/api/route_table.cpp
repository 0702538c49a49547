#include "api/actions.hpp"
#include "api/route_parameters.hpp"

namespace baton::api {

namespace {

constexpr std::string_view role_answer =
    "200 if the instance of the group on this node has the role now, else 503. Headers "
    "X-Baton-Group, X-Baton-Epoch, X-Baton-Lease-Remaining-Ms and X-Baton-Role, and a body "
    "{group, node, instance, role, serving, epoch, lease_remaining_ms, phase, why} either way.";
constexpr std::string_view order_answer =
    "202 {group, epoch, request, entry, follow} once agreed on; poll `follow` for the outcome. 200 "
    "with the plan for a dry run. 400 for an empty body ({} is none) or an unknown target, 409 "
    "with the reason when the target or the group is not fit, 504 when the outcome is unknown.";
constexpr std::string_view duty_answer =
    "202 {node, duty, was, changed, heard, moves, discards, steps, entry, follow} once agreed on; "
    "200 without `entry` if it is so already or for a dry run. 404 for an unknown node, 409 with "
    "the reason when it cannot be carried out now.";
constexpr std::string_view pause_answer =
    "202 once agreed on, 200 if nothing had to change: {group, epoch, paused, changed}.";

constexpr bool anywhere = false;
constexpr bool on_leader = true;

constexpr Route every_route[] = {
    {"GET",
     "/health",
     Need::nothing,
     anywhere,
     "Is this node healthy?",
     {},
     "200 when the node is part of a cluster, knows a leader (or, leading, hears a majority) and "
     "its disk keeps up; else 503: {status, why, node, role, leader, epoch, groups}. `epoch` is "
     "the newest of all groups.",
     get_health},
    {"GET",
     "/health/detailed",
     Need::read,
     anywhere,
     "Health by component.",
     {},
     "As /health, with components consensus, disk, guard, groups and peers, and health_score.",
     get_health_detailed},
    {"GET",
     "/healthz",
     Need::nothing,
     anywhere,
     "Is the process alive?",
     {},
     "200 always.",
     get_healthz},
    {"GET",
     "/readyz",
     Need::nothing,
     anywhere,
     "Role of this node in consensus.",
     {},
     "{ready, role} with role leader, follower or learner; 503 while not ready.",
     get_readyz},
    {"GET",
     "/raft/state",
     Need::read,
     anywhere,
     "Consensus as this node sees it.",
     {},
     "{node, role, term, leader, indexes, membership, followers}.",
     get_raft_state},
    {"GET",
     "/raft/health",
     Need::read,
     anywhere,
     "Is there a quorum?",
     {},
     "200 while a leader is known and has a majority, else 503: {status, why, leader, quorum}.",
     get_raft_health},
    {"GET",
     "/replication/status",
     Need::read,
     anywhere,
     "Replication of each group.",
     {},
     "Array of {group, epoch, phase, primary, instances} with lag_bytes and link per instance.",
     get_replication},
    {"GET",
     "/metrics",
     Need::nothing,
     anywhere,
     "Metrics for Prometheus.",
     {},
     "Prometheus text; see docs/metrics.md.",
     get_metrics},
    {"GET",
     "/openapi.json",
     Need::nothing,
     anywhere,
     "This description as OpenAPI 3.0.",
     {},
     "An OpenAPI document.",
     get_openapi},

    {"GET", "/primary", Need::nothing, anywhere, "Is the primary on this node?", group_in_query,
     role_answer, get_primary},
    {"GET", "/leader", Need::nothing, anywhere, "The same as /primary.", group_in_query,
     role_answer, get_primary},
    {"GET", "/read-write", Need::nothing, anywhere, "The same as /primary.", group_in_query,
     role_answer, get_primary},
    {"GET", "/replica", Need::nothing, anywhere, "Is a following standby on this node?",
     group_in_query, role_answer, get_replica},
    {"GET", "/read-only", Need::nothing, anywhere, "May this node's instance be read from?",
     group_in_query, role_answer, get_read_only},

    {"GET",
     "/v1/cluster",
     Need::read,
     anywhere,
     "Everything at a glance.",
     {},
     "{formed, name, id, node, leader, quorum, wall_ms, health_score, nodes, groups}. wall_ms is "
     "this machine's clock in milliseconds since 1970. health_score is 0 to "
     "100: 30 for a quorum, 25 if no node is missing, 20 by the share of nodes alive, 25 by the "
     "healthy share of each group, halved while it is not steady.",
     get_cluster},
    {"GET",
     "/v1/nodes",
     Need::read,
     anywhere,
     "The nodes as this one sees them.",
     {},
     "Array of {name, role, health, phi, address, api, fencing, groups, fronts_current}; phi is "
     "this node's suspicion, 0 for itself. fronts_current tells whether the node's front serves "
     "the present primaries; null when it has none or is silent.",
     get_nodes},
    {"GET",
     "/v1/groups",
     Need::read,
     anywhere,
     "The groups.",
     {},
     "Array of {name, kind, phase, epoch, primary: {instance, node} or null, instances: [{id, "
     "node, role, health, lag_bytes}]}. role is primary, standby, unknown or down; health is "
     "healthy, degraded, down or unknown.",
     get_groups},
    {"GET", "/v1/groups/{group}", Need::read, anywhere, "One group.", group_in_path,
     "One element of /v1/groups; 404 if there is no such group.", get_group},
    {"GET", "/v1/groups/{group}/decisions", Need::read, anywhere,
     "Why the group is as it is: its decisions, oldest first.", decisions_parameters,
     "Array of {index, epoch, phase, rule, why, inputs, wall_ms}; the last 64 are kept. Between "
     "two primaries one more element says what is waited for now.",
     get_decisions},
    {"GET",
     "/v1/replication",
     Need::read,
     anywhere,
     "The same as /replication/status.",
     {},
     "See /replication/status.",
     get_replication},
    {"GET",
     "/v1/raft",
     Need::read,
     anywhere,
     "The same as /raft/state.",
     {},
     "See /raft/state.",
     get_raft_state},
    {"GET",
     "/v1/partition",
     Need::read,
     anywhere,
     "Whom this node hears, and when voters were last cut off.",
     {},
     "{node, formed, wall_ms, leader, quorum, voters, membership_index, peers: [{node, liveness, "
     "phi, connected}], incident: {nodes, began_wall_ms, ended_wall_ms} or null}. liveness is what "
     "arrives here from the peer, connected what leads there. incident names the voters that a "
     "majority and this node held failed last; ended_wall_ms is null while it goes on, and a "
     "restart of the agent forgets it.",
     get_partition},
    {"GET",
     "/v1/fencing",
     Need::read,
     anywhere,
     "What keeps each node from acting when it should not.",
     {},
     "{node, quorum, guard: {verified_age_ms, closed, late_last_ms, late_max_ms, "
     "oversleep_max_ms}, tiers: [{tier, state, reason, proof, proven_age_ms, margin_ms, "
     "late_max_ms, late_p99_ms}], nodes: [{name, committed, reported, agreed, report_age_ms, "
     "takeover_by_time, takeover_wait_ms, takeover_by_command, cut_off_at}]}. guard and tiers are "
     "this node's own; guard counts since it started, late only once it closed a server. A tier "
     "is 0 (the agent), 0g (the guard), 1 (the kernel's lease) or 3 (servers of replicated groups "
     "refuse writes without standbys); its state verified, unverified or absent. A node reports "
     "the firmest verified one up to 1, or none; the committed one decides whether time alone "
     "permits a takeover; takeover_wait_ms counts from the last renewal and is null when only "
     "proof does, the fencing command's or an operator's word; cut_off_at is the entry it is for.",
     get_fencing},
    {"GET",
     "/v1/consistency",
     Need::read,
     anywhere,
     "A digest of the state this node has applied.",
     {},
     "{node, formed, applied, applied_term, term, voters, digest}. Nodes with the same applied and "
     "applied_term must answer the same digest.",
     get_consistency},
    {"GET",
     "/v1/config",
     Need::read,
     anywhere,
     "What the cluster agreed to declare.",
     {},
     "{name, settings, nodes, groups}. Paths of secrets, never secrets.",
     get_config},
    {"GET", "/v1/events", Need::read, anywhere, "Events of this node, oldest first.",
     events_parameters,
     "Array of {number, wall_ms, node, severity, name, sentence, fields}. With Accept: "
     "text/event-stream they are streamed as server-sent events; Last-Event-ID resumes.",
     get_events},

    {"GET", "/v1/audit", Need::admin, anywhere,
     "The record of changes asked of this node, oldest first.", audit_parameters,
     "Array of {at, wall_ms, node, who, role, from, method, path, asked, outcome, status, answer}. "
     "who is the name of a token, role its role; outcome is done, refused or unknown. Refused "
     "attempts are in it, at most 20 a minute; unrecorded_before says how many more there were.",
     nullptr, get_audit},

    {"POST", "/v1/groups/{group}/switchover", Need::operate, on_leader,
     "Move the primary as planned; nothing is lost.", switchover_parameters, order_answer, nullptr,
     post_switchover},
    {"POST", "/v1/groups/{group}/failover", Need::operate, on_leader,
     "Force another primary; the old one need not answer.", failover_parameters, order_answer,
     nullptr, post_failover},
    {"POST", "/v1/groups/{group}/pause", Need::operate, on_leader,
     "Stop automatic failover of the group.", pause_parameters, pause_answer, nullptr, post_pause},
    {"POST", "/v1/groups/{group}/resume", Need::operate, on_leader,
     "Resume automatic failover of the group.", pause_parameters, pause_answer, nullptr,
     post_resume},
    {"POST", "/v1/groups/{group}/instances/{instance}/reinit", Need::operate, anywhere,
     "Throw a standby's data away and copy it anew.", reinit_parameters,
     "202 {group, instance, node, primary, data, steps, follow}; `follow` tells when it follows "
     "again. 200 for a dry run. 400 for an empty body ({} is none), 404 for an unknown group or "
     "instance, 409 with the reason when it is a primary, nobody can give a copy, or another node "
     "is asked, naming its address.",
     nullptr, post_reinit},
    {"POST", "/v1/nodes/{node}/replace", Need::admin, on_leader,
     "Admit the new data directory of a known node.", node_parameters,
     "202 {node, incarnation, steps, under_way, follow} once agreed on; the leader carries the "
     "steps out, and the node is a voter again when /v1/nodes says so. 200 with the plan for a dry "
     "run. 400 for an empty body ({} is none), 404 for an unknown node, 409 when it is in use with "
     "its present directory, when no new directory was heard of, or without a quorum.",
     nullptr, post_replace},
    {"POST", "/v1/nodes/{node}/fence", Need::operate, on_leader,
     "Keep a node's servers from acting until it rejoins.", fence_parameters, duty_answer, nullptr,
     post_fence},
    {"POST", "/v1/nodes/{node}/drain", Need::operate, on_leader,
     "Move primaries and leadership away from a node; nothing is lost.", node_parameters,
     duty_answer, nullptr, post_drain},
    {"POST", "/v1/nodes/{node}/rejoin", Need::operate, on_leader,
     "Let a fenced or drained node do everything again.", rejoin_parameters, duty_answer, nullptr,
     post_rejoin},
    {"POST", "/v1/nodes/{node}/switched-off", Need::operate, on_leader,
     "Give your word that the machine of a silent node is off.", word_parameters,
     "202 {node, after, waits, steps, entry, follow} once agreed on; 200 without `entry` for a dry "
     "run. 404 for an unknown node, 409 when it is heard, or no group waits for it, or one waits "
     "for something newer than `after`.",
     nullptr, post_switched_off},
    {"POST", "/v1/nodes", Need::admin, on_leader, "Add a node to the cluster.", add_parameters,
     "202 {node, voter, changed, voters, voters_after, majority_after, steps, entry, follow} once "
     "agreed on; the leader carries the steps out. 200 without `entry` if it was added before or "
     "for a dry run. 400 if it clashes with what is declared, 409 with the reason.",
     nullptr, post_add_node},
    {"POST", "/v1/nodes/{node}/remove", Need::admin, on_leader,
     "Let a node leave the cluster for good.", node_parameters, duty_answer, nullptr,
     post_remove_node},
    {"POST", "/v1/nodes/{node}/restart", Need::operate, anywhere,
     "Restart the agent of the node that is asked; its servers go on.", restart_parameters,
     "202 {node, uptime_ms, servers, steps}; the agent ends a moment later, and its guard starts "
     "the next one. 200 for a dry run. 404 for an unknown node, 409 with the reason when a server "
     "is a primary, or when another node is asked, naming its address.",
     nullptr, post_restart},
    {"POST", "/v1/config/apply", Need::admin, on_leader, "Declare other groups and settings.",
     apply_parameters,
     "202 {changes: [{what, refused}], refused, expected, entry} once agreed on, 200 without "
     "`entry` if nothing differs or for a dry run. 400 if the topology makes no sense, 409 with "
     "the reasons if a change is refused or something else was declared meanwhile.",
     nullptr, post_config_apply},
    {"POST",
     "/v1/raft/snapshot",
     Need::operate,
     anywhere,
     "Make the state this node has applied its snapshot.",
     {},
     "200 {node, snapshot_index, snapshot_term, changed} once durable; changed is false when "
     "nothing was applied since the last one. 503 while this node takes over the leader's.",
     nullptr,
     post_snapshot},
    {"POST",
     "/v1/raft/compact",
     Need::operate,
     anywhere,
     "Drop this node's log up to its snapshot.",
     {},
     "200 {node, first_index, snapshot_index, changed}. Entries that followers in contact still "
     "lack stay; the others are sent the snapshot. changed is false when there was nothing to "
     "drop.",
     nullptr,
     post_compact},
    {"POST", "/v1/raft/transfer", Need::operate, on_leader, "Hand consensus leadership over.",
     transfer_parameters,
     "200 {from, to, term}; 400 if `to` is no voter, 409 if it leads or is "
     "silent.",
     nullptr, post_transfer},
};

}  // namespace

std::span<const Route> route_table() {
    return every_route;
}

}  // namespace baton::api
