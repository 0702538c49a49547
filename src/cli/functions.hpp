#pragma once

/// The function behind each command of the table, by file.

#include "cli/answer.hpp"

namespace baton::cli {

class Session;

// show_cluster.cpp
Outcome<Answer> cluster_status(Session& session);
Outcome<Answer> cluster_health(Session& session);
Outcome<Answer> cluster_health_score(Session& session);
Outcome<Answer> node_list(Session& session);
Outcome<Answer> node_is_healthy(Session& session);

// show_raft.cpp
Outcome<Answer> raft_status(Session& session);
Outcome<Answer> raft_leader(Session& session);
Outcome<Answer> raft_quorum_status(Session& session);
Outcome<Answer> raft_transfer(Session& session);

// show_partition.cpp
Outcome<Answer> cluster_check_partition(Session& session);
Outcome<Answer> partition_identify_majority(Session& session);
Outcome<Answer> partition_list_minority(Session& session);

// show_fencing.cpp
Outcome<Answer> node_fencing(Session& session);

// change_log.cpp
Outcome<Answer> raft_snapshot(Session& session);
Outcome<Answer> raft_log(Session& session);

// verify.cpp
Outcome<Answer> cluster_verify_consistency(Session& session);

// show_groups.cpp
Outcome<Answer> group_list(Session& session);
Outcome<Answer> group_show(Session& session);
Outcome<Answer> replication_status(Session& session);
Outcome<Answer> replication_lag(Session& session);
Outcome<Answer> quarantine_list(Session& session);

// change_groups.cpp
Outcome<Answer> group_switchover(Session& session);
Outcome<Answer> group_failover(Session& session);
Outcome<Answer> group_pause(Session& session);
Outcome<Answer> group_resume(Session& session);

// change_cluster.cpp
Outcome<Answer> node_replace(Session& session);
Outcome<Answer> config_diff(Session& session);
Outcome<Answer> config_apply(Session& session);

// reinit_instance.cpp
Outcome<Answer> group_reinit(Session& session);

// change_nodes.cpp
Outcome<Answer> cluster_scale(Session& session);

// restart_node.cpp
Outcome<Answer> node_restart(Session& session);

// change_duty.cpp
Outcome<Answer> node_fence(Session& session);
Outcome<Answer> node_drain(Session& session);
Outcome<Answer> node_rejoin(Session& session);

// switched_off.cpp
Outcome<Answer> node_switched_off(Session& session);

// show_history.cpp
Outcome<Answer> events(Session& session);
Outcome<Answer> why(Session& session);

// doctor.cpp
Outcome<Answer> doctor(Session& session);

// tls_commands.cpp
Outcome<Answer> tls_init(Session& session);
Outcome<Answer> tls_issue(Session& session);
Outcome<Answer> tls_renew(Session& session);

// token_commands.cpp
Outcome<Answer> token_add(Session& session);

// show_audit.cpp
Outcome<Answer> audit(Session& session);

// local_commands.cpp
Outcome<Answer> config_check(Session& session);
Outcome<Answer> playground_up(Session& session);
Outcome<Answer> playground_down(Session& session);
Outcome<Answer> playground_status(Session& session);
Outcome<Answer> agent(Session& session);
Outcome<Answer> completion(Session& session);
Outcome<Answer> show_version(Session& session);

}  // namespace baton::cli
