// Changes of the cluster itself: a node's data directory, what is declared.
#include "cli/functions.hpp"
#include "cli/session.hpp"
#include "config/cluster_file.hpp"
#include "config/topology_json.hpp"

#include <utility>

namespace baton::cli {
namespace {

using namespace std::chrono_literals;

constexpr Duration wait_default = 60s;
constexpr Duration poll_interval = 200ms;

/// `order` completed by who asks and why.
Json signed_by(const Session& session, Json order) {
    order["by"] = session.surroundings.user;
    if (session.invocation.has("reason")) order["reason"] = session.invocation.text("reason");
    return order;
}

/// The file named, or the one the cluster was found by.
Outcome<config::ClusterFile> cluster_file(const Session& session, const Agents& agents) {
    std::string path = session.invocation.argument(0);
    if (path.empty()) path = agents.located().config_path;
    if (path.empty()) return usage("which cluster file? Name it: FILE, or --config FILE");
    auto file = config::load(path);
    if (!file) return usage(file.error().message);
    return std::move(file).value();
}

std::vector<std::string> change_lines(const Json& plan) {
    std::vector<std::string> lines;
    for (const Json& change : field(plan, "changes")) {
        const std::string why = text_of(change, "refused");
        lines.push_back((why.empty() ? "  " : "! ") + text_of(change, "what"));
        if (!why.empty()) lines.push_back("    refused: " + why);
    }
    return lines;
}

struct Proposal {
    Agents* agents = nullptr;
    std::string path;
    Json topology;
    Json plan;
};

Outcome<Proposal> propose_file(Session& session) {
    Proposal proposal;
    BATON_TRY(proposal.agents, session.agents());
    BATON_TRY(const config::ClusterFile file, cluster_file(session, *proposal.agents));
    proposal.path = file.path;
    proposal.topology = config::topology_json(file.topology);
    const Json question{{"topology", proposal.topology}, {"dry_run", true}};
    BATON_TRY(proposal.plan, proposal.agents->post("/v1/config/apply", question));
    return proposal;
}

Answer plan_answer(const Proposal& proposal) {
    Answer answer;
    answer.data = proposal.plan;
    const std::size_t count = field(proposal.plan, "changes").size();
    answer.summary = count == 0
                         ? "nothing differs: the cluster declares what " + proposal.path + " says"
                         : std::to_string(count) + (count == 1 ? " difference" : " differences") +
                               ": what the cluster " +
                               "declares -> what " + proposal.path + " says";
    answer.heading = change_lines(proposal.plan);
    answer.heading.insert(answer.heading.begin(), answer.summary);
    return answer;
}

std::vector<std::string> replacement_lines(const Json& plan) {
    std::vector<std::string> lines{"plan: node " + text_of(plan, "node") +
                                   " comes back with its new data directory"};
    add_steps(lines, plan);
    lines.push_back(
        "  what the old directory held of the log is not used again; its copy is "
        "fetched from the leader");
    return lines;
}

Outcome<Answer> until_replaced(Session& session, Agents& agents, const std::string& name,
                               Duration limit) {
    const Instant begun = session.surroundings.now();
    std::string told;
    for (;;) {
        const auto nodes = agents.get("/v1/nodes");
        const Json node = nodes ? element(nodes.value(), "name", name) : Json();
        const bool replacing = node.is_null() || flag_of(node, "replacing");
        const std::string line = "node " + name + ": " + cell(node, "role") +
                                 (flag_of(node, "voter") ? " with a vote" : " without a vote") +
                                 ", " + cell(node, "health");
        if (!node.is_null() && line != told) session.tell(line);
        if (!node.is_null()) told = line;
        if (!replacing && field(node, "new_directory").is_null()) {
            Answer answer;
            answer.summary = line;
            answer.heading = {"node " + name + " is part of the cluster again"};
            answer.data = node;
            return answer;
        }
        if (session.surroundings.now() - begun >= limit) {
            return Failure{ExitCode::timed_out,
                           "node " + name +
                               " is not back yet; the cluster goes on by itself, "
                               "repeat the command to wait again (last seen: " +
                               told + ")"};
        }
        if (!session.surroundings.pause(poll_interval)) {
            return Failure{
                ExitCode::interrupted,
                "no longer waiting; the replacement goes on; look with: baton node list"};
        }
    }
}

}  // namespace

Outcome<Answer> node_replace(Session& session) {
    const std::string name = session.invocation.text("node");
    if (name.empty()) return usage("which node? Say --node=NODE");
    BATON_TRY(const Duration wait, session.duration("wait", wait_default));
    BATON_TRY(Agents* const agents, session.agents());
    BATON_TRY(const Json cluster, agents->cluster());
    BATON_TRY(const Json node, find_node(cluster, name));
    const std::string path = "/v1/nodes/" + escaped(name) + "/replace";
    BATON_TRY(const Json plan, agents->post(path, Json{{"dry_run", true}}));
    Answer answer;
    answer.heading = replacement_lines(plan);
    answer.data = plan;
    if (session.invocation.has("dry-run")) return answer;
    if (!flag_of(plan, "under_way")) {
        for (const std::string& line : answer.heading) session.tell(line);
        BATON_TRY(confirm(session, "Admit the new data directory of node " + name + "?"));
    }
    BATON_TRY(answer.data, agents->post(path, signed_by(session, Json::object())));
    if (wait == 0s) {
        answer.heading = {"the replacement of node " + name + " was accepted"};
        return answer;
    }
    return until_replaced(session, *agents, name, wait);
}

Outcome<Answer> config_diff(Session& session) {
    BATON_TRY(const Proposal proposal, propose_file(session));
    Answer answer = plan_answer(proposal);
    if (!field(proposal.plan, "changes").empty()) answer.code = ExitCode::condition_false;
    return answer;
}

Outcome<Answer> config_apply(Session& session) {
    BATON_TRY(const Proposal proposal, propose_file(session));
    Answer answer = plan_answer(proposal);
    const bool nothing = field(proposal.plan, "changes").empty();
    if (flag_of(proposal.plan, "refused") && !session.invocation.has("dry-run")) {
        return Failure{ExitCode::refused, joined(answer.heading, "\n") +
                                              "\nnothing was changed: take the refused changes "
                                              "out of the file"};
    }
    if (nothing || session.invocation.has("dry-run")) return answer;
    for (const std::string& line : answer.heading) session.tell(line);
    BATON_TRY(confirm(session, "Declare this?"));
    const Json order = signed_by(session, {{"topology", proposal.topology},
                                           {"expected", field(proposal.plan, "expected")}});
    BATON_TRY(answer.data, proposal.agents->post("/v1/config/apply", order));
    answer.summary = "declared; the agents carry it out now, look with: baton cluster status";
    answer.heading = {answer.summary};
    return answer;
}

}  // namespace baton::cli
