#include "cli/functions.hpp"
#include "cli/session.hpp"
#include "cli/voices.hpp"

namespace baton::cli {
namespace {

Json member_json(const Voice& voice, const Json& leader_state) {
    const bool leads = text_of(leader_state, "node") == voice.node;
    const Json& follower = element(field(leader_state, "followers"), "node", voice.node);
    const Json& commit = field(leader_state, "commit_index");
    const Json& match = leads ? field(leader_state, "last_index") : field(follower, "match");
    Json member{{"name", voice.node},
                {"role", voice.state.is_null() ? Json("unreachable") : field(voice.state, "role")},
                {"term", field(voice.state, "term")},
                {"commit", field(voice.state, "commit_index")},
                {"match", match},
                {"next", field(follower, "next")},
                {"caught_up", nullptr},
                {"voter", leads ? Json(true) : field(follower, "voter")},
                {"last_contact_ms", field(follower, "last_contact_ms")},
                {"reason", voice.problem}};
    if (commit.is_number() && match.is_number()) {
        member["caught_up"] = match.get<std::int64_t>() >= commit.get<std::int64_t>();
    }
    return member;
}

Table member_table(const Json& members) {
    Table table{.columns = {{"NAME"},
                            {"ROLE"},
                            {"TERM", true},
                            {"COMMIT", true},
                            {"MATCH", true},
                            {"CAUGHT-UP"},
                            {"VOTER"},
                            {"NEXT", true, true},
                            {"LAST-CONTACT-MS", true, true},
                            {"REASON"}},
                .rows = {}};
    for (const Json& one : members) {
        const std::string reason = text_of(one, "reason");
        table.rows.push_back({cell(one, "name"), cell(one, "role"), cell(one, "term"),
                              cell(one, "commit"), cell(one, "match"), cell(one, "caught_up"),
                              cell(one, "voter"), cell(one, "next"), cell(one, "last_contact_ms"),
                              reason});
    }
    return table;
}

/// The state of the node that leads, asked of it even when only another node
/// was wanted: it alone knows how far the others are. Null if nobody leads.
Json leader_state(Session& session, const std::vector<Voice>& voices) {
    for (const Voice& one : voices) {
        if (text_of(one.state, "role") == "leader") return one.state;
    }
    const auto agents = session.agents();
    if (!agents) return {};
    const auto cluster = agents.value()->cluster();
    if (!cluster) return {};
    const std::string leader = text_of(cluster.value(), "leader");
    const Json& node = element(field(cluster.value(), "nodes"), "name", leader);
    const auto endpoint = parse_endpoint(text_of(node, "api"));
    if (!endpoint) return {};
    auto state = agents.value()->get_from({leader, endpoint.value()}, "/raft/state");
    return state ? std::move(state.value()) : Json();
}

}  // namespace

Outcome<Answer> raft_status(Session& session) {
    BATON_TRY(const auto voices, ask_each(session, "/raft/state"));
    const Json leader = leader_state(session, voices);
    if (leader.is_null() && all_silent(voices)) return nobody_answered(voices);
    Answer answer;
    Json members = Json::array();
    for (const Voice& one : voices) members.push_back(member_json(one, leader));
    const std::string name = text_of(leader, "node");
    answer.heading = {name.empty() ? "no node leads"
                                   : "leader " + name + ", term " + cell(leader, "term") +
                                         ", commit " + cell(leader, "commit_index")};
    answer.tables = {member_table(members)};
    answer.data = {{"leader", field(leader, "node")},
                   {"term", field(leader, "term")},
                   {"commit", field(leader, "commit_index")},
                   {"nodes", std::move(members)}};
    if (name.empty()) {
        answer.notes.push_back("state unknown: no leader could be asked how far the others are");
        answer.code = ExitCode::unknown;
    }
    return answer;
}

Outcome<Answer> raft_leader(Session& session) {
    BATON_TRY(Agents* const agents, session.agents());
    BATON_TRY(const Json cluster, agents->cluster());
    const std::string leader = text_of(cluster, "leader");
    if (leader.empty() || !flag_of(cluster, "quorum")) {
        return Failure{ExitCode::unknown,
                       "state unknown: no agent that answers knows a leader; see: "
                       "baton raft quorum-status"};
    }
    Answer answer{.shape = Shape::value};
    answer.data = leader;
    return answer;
}

Outcome<Answer> raft_quorum_status(Session& session) {
    BATON_TRY(const auto voices, ask_each(session, "/raft/health"));
    if (all_silent(voices)) return nobody_answered(voices);
    Answer answer{.shape = Shape::rows};
    answer.data = Json::array();
    answer.code = ExitCode::condition_false;
    Table table{.columns = {{"NAME"}, {"QUORUM"}, {"LEADER"}, {"TERM", true}, {"REASON"}},
                .rows = {}};
    for (const Voice& one : voices) {
        const bool quorum = flag_of(one.state, "quorum");
        if (quorum) answer.code = ExitCode::done;
        const Json known = one.state.is_null() ? Json() : Json(quorum);
        const std::string reason = one.problem.empty() ? text_of(one.state, "why") : one.problem;
        answer.data.push_back({{"name", one.node},
                               {"quorum", known},
                               {"leader", field(one.state, "leader")},
                               {"term", field(one.state, "term")},
                               {"reason", reason}});
        const std::string shown = one.state.is_null() ? "unknown" : quorum ? "yes" : "no";
        table.rows.push_back(
            {one.node, shown, cell(one.state, "leader"), cell(one.state, "term"), reason});
    }
    answer.tables = {std::move(table)};
    return answer;
}

Outcome<Answer> raft_transfer(Session& session) {
    const std::string to = session.invocation.text("to");
    if (to.empty()) return usage("which node is to lead? Say --to NODE");
    BATON_TRY(Agents* const agents, session.agents());
    BATON_TRY(const Json cluster, agents->cluster());
    BATON_TRY(const Json node, find_node(cluster, to));
    BATON_TRY(const Json reply,
              agents->post("/v1/raft/transfer", Json{{"to", cell(node, "name")}}));
    Answer answer{.shape = Shape::nothing};
    answer.notes = {"leadership of consensus is being handed to " + to};
    return answer;
}

}  // namespace baton::cli
