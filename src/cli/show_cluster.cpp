#include "cli/functions.hpp"
#include "cli/session.hpp"

namespace baton::cli {
namespace {

/// Why a node is not healthy, as far as the answering agent can tell.
std::string node_problem(const Json& node) {
    const std::string reason = text_of(node, "reason");
    if (!reason.empty()) return reason;
    const std::string health = text_of(node, "health");
    const std::string duty = text_of(node, "duty");
    if (duty == "fenced" || duty == "drained") return duty + " by " + text_of(node, "duty_by");
    if (health == "healthy") return "";
    if (flag_of(node, "doubts_itself")) return "it was paused or its disk stalled";
    const Json& age = field(node, "report_age_ms");
    if (age.is_number()) return "last report " + age.dump() + " ms ago";
    return "no report from it";
}

Table node_table(const Json& nodes) {
    Table table{.columns = {{"NAME"},
                            {"ROLE"},
                            {"HEALTH"},
                            {"PHI", true},
                            {"FENCING"},
                            {"GROUPS"},
                            {"API", false, true},
                            {"PEER", false, true},
                            {"VOTER", false, true},
                            {"REASON"}},
                .rows = {}};
    for (const Json& node : nodes) {
        std::vector<std::string> groups;
        for (const Json& group : field(node, "groups")) {
            if (group.is_string()) groups.push_back(group.get<std::string>());
        }
        table.rows.push_back({cell(node, "name"), cell(node, "role"), cell(node, "health"),
                              cell(node, "phi"), cell(node, "fencing"), joined(groups, ","),
                              cell(node, "api"), cell(node, "address"), cell(node, "voter"),
                              node_problem(node)});
    }
    return table;
}

Table group_table(const Json& groups) {
    Table table{
        .columns =
            {{"GROUP"}, {"KIND"}, {"PHASE"}, {"EPOCH", true}, {"PRIMARY"}, {"NODE"}, {"PAUSED"}},
        .rows = {}};
    for (const Json& group : groups) {
        const Json& primary = field(group, "primary");
        table.rows.push_back({cell(group, "name"), cell(group, "kind"), cell(group, "phase"),
                              cell(group, "epoch"), cell(primary, "instance"),
                              cell(primary, "node"), cell(group, "paused")});
    }
    return table;
}

/// Everything that keeps the cluster from being well, one sentence each.
std::vector<std::string> shortcomings(const Json& cluster) {
    std::vector<std::string> found;
    if (!flag_of(cluster, "quorum")) found.push_back("no quorum");
    for (const Json& node : field(cluster, "nodes")) {
        const std::string health = text_of(node, "health");
        const bool fenced = text_of(node, "duty") == "fenced";
        if (health == "healthy" && !fenced) continue;
        found.push_back("node " + cell(node, "name") + " is " + health + ": " + node_problem(node));
    }
    for (const Json& group : field(cluster, "groups")) {
        const std::string name = "group " + cell(group, "name");
        const std::string phase = text_of(group, "phase");
        if (phase != "steady") found.push_back(name + " is in phase " + phase);
        if (flag_of(group, "paused")) found.push_back(name + " is paused: no automatic failover");
        for (const Json& instance : field(group, "instances")) {
            if (text_of(instance, "health") == "healthy") continue;
            const std::string problem = text_of(instance, "problem");
            found.push_back("instance " + cell(instance, "id") + " is " + cell(instance, "health") +
                            (problem.empty() ? "" : ": " + problem));
        }
    }
    return found;
}

std::string headline(const Json& cluster) {
    const std::string leader = text_of(cluster, "leader");
    return "cluster " + cell(cluster, "name") + ": score " + cell(cluster, "health_score") +
           " of 100, " + (leader.empty() ? "no leader" : "leader " + leader) + ", term " +
           cell(cluster, "term");
}

std::size_t count_where(const Json& list, const std::string& key, const std::string& value) {
    std::size_t count = 0;
    for (const Json& one : list) count += text_of(one, key) == value ? 1U : 0U;
    return count;
}

std::string share(const Json& list, const std::string& key, const std::string& value) {
    return std::to_string(count_where(list, key, value)) + " of " + std::to_string(list.size());
}

}  // namespace

Outcome<Answer> cluster_status(Session& session) {
    BATON_TRY(Agents* const agents, session.agents());
    BATON_TRY(Json cluster, agents->cluster());
    Answer answer;
    answer.heading = {headline(cluster)};
    answer.summary = headline(cluster);
    answer.tables = {node_table(field(cluster, "nodes")), group_table(field(cluster, "groups"))};
    add_notes(answer, cluster, *agents);
    answer.data = std::move(cluster);
    return answer;
}

Outcome<Answer> cluster_health(Session& session) {
    BATON_TRY(Agents* const agents, session.agents());
    BATON_TRY(const Json cluster, agents->cluster());
    const auto wrong = shortcomings(cluster);
    Answer answer;
    const std::string verdict = wrong.empty() ? "healthy" : "unhealthy";
    answer.summary = cell(cluster, "name") + " " + verdict + ", score " +
                     cell(cluster, "health_score") + ", nodes " +
                     share(field(cluster, "nodes"), "health", "healthy") + ", groups " +
                     share(field(cluster, "groups"), "phase", "steady") + " steady";
    answer.heading = {answer.summary};
    for (const std::string& one : wrong) answer.heading.push_back("  " + one);
    answer.data = {{"name", field(cluster, "name")},
                   {"health", verdict},
                   {"health_score", field(cluster, "health_score")},
                   {"quorum", field(cluster, "quorum")},
                   {"leader", field(cluster, "leader")},
                   {"problems", wrong}};
    answer.code = wrong.empty() ? ExitCode::done : ExitCode::condition_false;
    add_notes(answer, cluster, *agents);
    return answer;
}

Outcome<Answer> cluster_health_score(Session& session) {
    BATON_TRY(Agents* const agents, session.agents());
    BATON_TRY(const Json cluster, agents->cluster());
    Answer answer{.shape = Shape::value};
    answer.data = number_of(cluster, "health_score");
    add_notes(answer, cluster, *agents);
    return answer;
}

Outcome<Answer> node_list(Session& session) {
    BATON_TRY(Agents* const agents, session.agents());
    BATON_TRY(const Json cluster, agents->cluster());
    Json nodes = Json::array();
    for (const Json& node : field(cluster, "nodes")) {
        if (session.invocation.has("unhealthy") && text_of(node, "health") == "healthy") continue;
        nodes.push_back(node);
    }
    Answer answer{.shape = Shape::names};
    answer.tables = {node_table(nodes)};
    answer.data = std::move(nodes);
    add_notes(answer, cluster, *agents);
    return answer;
}

Outcome<Answer> node_is_healthy(Session& session) {
    const std::string option = session.invocation.text("node");
    const std::string name = option.empty() ? session.invocation.argument(0) : option;
    if (name.empty()) return usage("which node? Say --node=NODE");
    BATON_TRY(Agents* const agents, session.agents());
    BATON_TRY(const Json cluster, agents->cluster());
    BATON_TRY(const Json node, find_node(cluster, name));
    const std::string health = text_of(node, "health");
    const bool healthy = health == "healthy";
    Answer answer;
    std::string sentence = name + " is " + health;
    if (!healthy) sentence += ": " + node_problem(node);
    answer.heading = {sentence};
    answer.data = {
        {"name", name}, {"healthy", healthy}, {"health", health}, {"reason", node_problem(node)}};
    answer.code = healthy ? ExitCode::done : ExitCode::condition_false;
    // An agent that has heard nothing yet must not be taken for one that knows.
    if (health == "unknown") answer.code = ExitCode::unknown;
    add_notes(answer, cluster, *agents);
    return answer;
}

}  // namespace baton::cli
