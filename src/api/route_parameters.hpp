#pragma once

/// What the routes take besides their method and path. Private to the route table.

#include "api/routes.hpp"

namespace baton::api {

inline constexpr Parameter group_in_path[] = {
    {"group", "path", "string", true, "Name of the group."}};
inline constexpr Parameter group_in_query[] = {
    {"group", "query", "string", false,
     "Name of the group; required when the cluster has more than one."}};
inline constexpr Parameter decisions_parameters[] = {
    {"group", "path", "string", true, "Name of the group."},
    {"epoch", "query", "integer", false, "Only decisions after which this epoch was in force."}};
inline constexpr Parameter events_parameters[] = {
    {"from", "query", "integer", false,
     "First number wanted. Absent: everything kept; for a stream: only new events."},
    {"limit", "query", "integer", false,
     "Most events in one answer, at most 10000; default 1000."}};
inline constexpr Parameter audit_parameters[] = {
    {"limit", "query", "integer", false, "Newest so many, at most 1000; default 100."}};
inline constexpr Parameter switchover_parameters[] = {
    {"group", "path", "string", true, "Name of the group."},
    {"to", "body", "string", false, "Node or instance to take over; absent: the best candidate."},
    {"dry_run", "body", "boolean", false, "Only answer the plan; nothing is changed."},
    {"epoch", "body", "integer", false, "Epoch the caller saw; refused if it is another by now."},
    {"by", "body", "string", false, "Who asks; recorded."},
    {"reason", "body", "string", false, "Why; recorded."}};
inline constexpr Parameter failover_parameters[] = {
    {"group", "path", "string", true, "Name of the group."},
    {"to", "body", "string", false, "Node or instance to take over; absent: the best candidate."},
    {"accept_loss", "body", "boolean", false,
     "Also promote an instance that may lack acknowledged writes."},
    {"dry_run", "body", "boolean", false, "Only answer the plan; nothing is changed."},
    {"epoch", "body", "integer", false, "Epoch the caller saw; refused if it is another by now."},
    {"by", "body", "string", false, "Who asks; recorded."},
    {"reason", "body", "string", false, "Why; recorded."}};
inline constexpr Parameter pause_parameters[] = {
    {"group", "path", "string", true, "Name of the group."},
    {"by", "body", "string", false, "Who asks; recorded."},
    {"reason", "body", "string", false, "Why; recorded."}};
inline constexpr Parameter transfer_parameters[] = {
    {"to", "body", "string", true, "Voter that is to lead."}};

inline constexpr Parameter fence_parameters[] = {
    {"node", "path", "string", true, "Name of the node."},
    {"force", "body", "boolean", false, "Also when the node is not heard."},
    {"dry_run", "body", "boolean", false, "Only answer the plan; nothing is changed."},
    {"by", "body", "string", false, "Who asks; recorded."},
    {"reason", "body", "string", false, "Why; recorded."}};
inline constexpr Parameter node_parameters[] = {
    {"node", "path", "string", true, "Name of the node."},
    {"dry_run", "body", "boolean", false, "Only answer the plan; nothing is changed."},
    {"by", "body", "string", false, "Who asks; recorded."},
    {"reason", "body", "string", false, "Why; recorded."}};
inline constexpr Parameter word_parameters[] = {
    {"node", "path", "string", true, "Name of the node."},
    {"after", "body", "integer", false, "As the dry run answered it: nothing newer is covered."},
    {"dry_run", "body", "boolean", false, "Only answer the plan; nothing is changed."},
    {"by", "body", "string", false, "Who asks; recorded."},
    {"reason", "body", "string", false, "Why; recorded."}};
inline constexpr Parameter reinit_parameters[] = {
    {"group", "path", "string", true, "Name of the group."},
    {"instance", "path", "string", true, "The standby; on the node that is asked."},
    {"dry_run", "body", "boolean", false, "Only answer the plan; nothing is changed."},
    {"by", "body", "string", false, "Who asks; recorded."},
    {"reason", "body", "string", false, "Why; recorded."}};
inline constexpr Parameter add_parameters[] = {
    {"node", "body", "object", true, "{name, peer: {host, port}, api: {host, port}, voter}."},
    {"dry_run", "body", "boolean", false, "Only answer the plan; nothing is changed."},
    {"by", "body", "string", false, "Who asks; recorded."},
    {"reason", "body", "string", false, "Why; recorded."}};
inline constexpr Parameter restart_parameters[] = {
    {"node", "path", "string", true, "Name of the node that is asked."},
    {"servers", "body", "boolean", false, "Its servers as well; refused while one is a primary."},
    {"dry_run", "body", "boolean", false, "Only answer the plan; nothing is changed."},
    {"by", "body", "string", false, "Who asks; recorded."},
    {"reason", "body", "string", false, "Why; recorded."}};
inline constexpr Parameter rejoin_parameters[] = {
    {"node", "path", "string", true, "Name of the node."},
    {"force", "body", "boolean", false, "Also when its servers hold data that others do not."},
    {"dry_run", "body", "boolean", false, "Only answer the plan; nothing is changed."},
    {"by", "body", "string", false, "Who asks; recorded."},
    {"reason", "body", "string", false, "Why; recorded."}};
inline constexpr Parameter apply_parameters[] = {
    {"topology", "body", "object", true,
     "{name, lease_ms, fencing_command, fencing_timeout_ms, nodes, groups} as GET /v1/config "
     "answers them, but with {host, port} for the addresses of nodes."},
    {"expected", "body", "string", false,
     "What a dry run answered under this name; 409 if something else is declared by now."},
    {"dry_run", "body", "boolean", false, "Only answer the differences; nothing is changed."},
    {"by", "body", "string", false, "Who asks; recorded."},
    {"reason", "body", "string", false, "Why; recorded."}};

}  // namespace baton::api
