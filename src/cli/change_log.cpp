// One node's log: a snapshot now, and what it makes superfluous dropped.
#include "cli/functions.hpp"
#include "cli/voices.hpp"

namespace baton::cli {
namespace {

/// The node --node names, else the one that leads.
Outcome<Agent> chosen_node(Session& session, Agents& agents) {
    if (session.invocation.has("node")) {
        BATON_TRY(auto all, every_node(agents));
        BATON_TRY(const auto wanted, asked_for(session, std::move(all)));
        return wanted.front();
    }
    BATON_TRY(const Json cluster, agents.cluster());
    const std::string leader = text_of(cluster, "leader");
    const Json& node = element(field(cluster, "nodes"), "name", leader);
    const auto endpoint = parse_endpoint(text_of(node, "api"));
    if (leader.empty() || !endpoint) {
        return Failure{ExitCode::unknown,
                       "state unknown: no agent that answers knows a leader; say --node=NODE, or "
                       "see: baton raft quorum-status"};
    }
    return Agent{leader, endpoint.value()};
}

Outcome<void> check_action(const Session& session, const std::string& possible) {
    const std::string given = session.invocation.argument(0);
    if (given == possible) return boost::outcome_v2::success();
    return usage("\"" + session.invocation.noun + " " + session.invocation.verb + "\" has no \"" +
                 given + "\"; possible: " + possible);
}

}  // namespace

Outcome<Answer> raft_snapshot(Session& session) {
    BATON_TRY(check_action(session, "create"));
    BATON_TRY(Agents* const agents, session.agents());
    BATON_TRY(const Agent node, chosen_node(session, *agents));
    BATON_TRY(const Json reply, agents->post_to(node, "/v1/raft/snapshot", Json::object()));
    Answer answer{.shape = Shape::value};
    answer.data = number_of(reply, "snapshot_index");
    answer.notes = {flag_of(reply, "changed")
                        ? "node " + node.name + " made a snapshot, its last entry is of term " +
                              cell(reply, "snapshot_term")
                        : "node " + node.name +
                              " applied nothing since its last snapshot, which stays"};
    return answer;
}

Outcome<Answer> raft_log(Session& session) {
    BATON_TRY(check_action(session, "compact"));
    BATON_TRY(Agents* const agents, session.agents());
    BATON_TRY(const Agent node, chosen_node(session, *agents));
    BATON_TRY(const Json reply, agents->post_to(node, "/v1/raft/compact", Json::object()));
    Answer answer{.shape = Shape::value};
    answer.data = number_of(reply, "first_index");
    const std::string snapshot =
        "its snapshot covers everything up to " + cell(reply, "snapshot_index");
    answer.notes = {flag_of(reply, "changed")
                        ? "node " + node.name + " dropped the beginning of its log; " + snapshot
                        : "node " + node.name + " has nothing to drop; " + snapshot};
    return answer;
}

}  // namespace baton::cli
