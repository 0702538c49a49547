// More nodes, or fewer.
#include "cli/functions.hpp"
#include "cli/session.hpp"
#include "config/cluster_file.hpp"
#include "config/topology_json.hpp"

#include <charconv>
#include <utility>

namespace baton::cli {
namespace {

using namespace std::chrono_literals;

constexpr Duration scale_wait = 60s;
constexpr Duration scale_poll = 200ms;
constexpr unsigned nodes_at_once_max = 6;

Json order_of(const Session& session) {
    Json order{{"by", session.surroundings.user}};
    if (session.invocation.has("reason")) order["reason"] = session.invocation.text("reason");
    return order;
}

Outcome<unsigned> number_to_add(const Session& session) {
    const std::string text = session.invocation.text("add-nodes");
    unsigned number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    if (whole && number > 0 && number <= nodes_at_once_max) return number;
    return usage("--add-nodes must be a number from 1 to 6, not \"" + text + "\"");
}

/// A witness would have to run its front.
std::string group_with_front_everywhere(const Json& cluster) {
    for (const Json& group : field(cluster, "groups")) {
        const bool doors = number_of(group, "write_port") + number_of(group, "read_port") > 0;
        if (doors && field(group, "front_nodes").empty()) return text_of(group, "name");
    }
    return "";
}

/// The first nodes of the file that the cluster does not know.
Outcome<std::vector<cluster::Node>> new_nodes(Session& session, const Agents& agents,
                                              const Json& cluster) {
    BATON_TRY(const unsigned wanted, number_to_add(session));
    std::string path = session.invocation.argument(0);
    if (path.empty()) path = agents.located().config_path;
    if (path.empty()) return usage("which cluster file? Name it: FILE, or --config FILE");
    const auto file = config::load(path);
    if (!file) return usage(file.error().message);
    std::vector<cluster::Node> found;
    for (const cluster::Node& node : file.value().topology.nodes) {
        if (!element(field(cluster, "nodes"), "name", node.id.text).is_null()) continue;
        if (found.size() == wanted) break;
        found.push_back(node);
        const std::string group = group_with_front_everywhere(cluster);
        if (!file.value().local.at(node.id).witness || group.empty()) continue;
        return Failure{ExitCode::refused, "node " + node.id.text + " is a witness, but group " +
                                              group +
                                              " has a front on every node, so on it as well; say "
                                              "fronts.nodes of that group, run baton config "
                                              "apply, and repeat this"};
    }
    if (found.size() == wanted) return found;
    return usage(path + " declares " + std::to_string(found.size()) +
                 " nodes that the cluster does not know, not " + std::to_string(wanted) +
                 "; add the others to its nodes first");
}

/// What still has to happen; empty: nothing.
std::string missing_of(const Json& cluster, const std::vector<cluster::Node>& nodes) {
    for (const cluster::Node& node : nodes) {
        const Json& seen = element(field(cluster, "nodes"), "name", node.id.text);
        if (seen.is_null()) return "node " + node.id.text + " is not known yet";
        const std::string health = text_of(seen, "health");
        if (health != "healthy") {
            return "node " + node.id.text + " is " + health + "; does its agent run?";
        }
        if (node.voter && !flag_of(seen, "voter"))
            return "node " + node.id.text + " has no vote yet";
    }
    return "";
}

Outcome<Answer> wait_until(Session& session, Agents& agents, Duration limit,
                           const std::function<std::string(const Json&)>& missing,
                           const std::string& done) {
    const Instant begun = session.surroundings.now();
    std::string told;
    for (;;) {
        const auto cluster = agents.cluster();
        const std::string left = cluster ? missing(cluster.value()) : "no agent answers";
        if (left.empty()) {
            Answer answer;
            answer.data = field(cluster.value(), "nodes");
            answer.summary = done;
            answer.heading = {done};
            return answer;
        }
        if (std::exchange(told, left) != left) session.tell(left);
        if (session.surroundings.now() - begun >= limit) {
            return Failure{ExitCode::timed_out,
                           "agreed on, but not done yet: " + left +
                               "; the cluster goes on by itself, look with: baton node list"};
        }
        if (!session.surroundings.pause(scale_poll)) {
            return Failure{ExitCode::interrupted,
                           "no longer waiting; the cluster goes on by itself, look with: baton "
                           "node list"};
        }
    }
}

std::string names_of(const std::vector<cluster::Node>& nodes) {
    std::vector<std::string> names;
    for (const cluster::Node& node : nodes) names.push_back(node.id.text);
    return joined(names);
}

/// The plan of all together: the first answer counts the voters of today.
Outcome<std::vector<std::string>> addition_plan(Agents& agents,
                                                const std::vector<cluster::Node>& nodes) {
    std::vector<std::string> lines{"plan: add " + names_of(nodes) + " to the cluster"};
    std::size_t voters = 0;
    for (const cluster::Node& node : nodes) {
        Json question{{"dry_run", true}, {"node", config::node_json(node)}};
        BATON_TRY(const Json plan, agents.post("/v1/nodes", question));
        if (voters == 0) voters = static_cast<std::size_t>(number_of(plan, "voters"));
        voters += node.voter ? 1 : 0;
        lines.push_back("node " + node.id.text + ":");
        add_steps(lines, plan);
    }
    lines.push_back("then " + std::to_string(voters) + " voters decide, and a majority is " +
                    std::to_string(voters / 2 + 1));
    return lines;
}

Outcome<Answer> add_nodes(Session& session, Agents& agents, Duration wait) {
    BATON_TRY(const Json cluster, agents.cluster());
    BATON_TRY(const auto nodes, new_nodes(session, agents, cluster));
    Answer answer;
    BATON_TRY(answer.heading, addition_plan(agents, nodes));
    answer.data = Json::array();
    for (const cluster::Node& node : nodes) answer.data.push_back(node.id.text);
    if (session.invocation.has("dry-run")) return answer;
    for (const std::string& line : answer.heading) session.tell(line);
    BATON_TRY(confirm(session, "Add " + names_of(nodes) + "?"));
    for (const cluster::Node& node : nodes) {
        Json order = order_of(session);
        order["node"] = config::node_json(node);
        BATON_TRY(agents.post("/v1/nodes", order));
    }
    answer.heading = {"agreed on: " + names_of(nodes) + " may join; start their agents"};
    if (wait == 0s) return answer;
    return wait_until(
        session, agents, wait, [&](const Json& seen) { return missing_of(seen, nodes); },
        names_of(nodes) + (nodes.size() == 1 ? " is" : " are") +
            " part of the cluster; give every node the extended file, and name it to the command "
            "line");
}

Outcome<Answer> remove_node(Session& session, Agents& agents, Duration wait) {
    const std::string name = session.invocation.text("remove-node");
    BATON_TRY(const Json cluster, agents.cluster());
    BATON_TRY(const Json node, find_node(cluster, name));
    const std::string path = "/v1/nodes/" + escaped(name) + "/remove";
    Answer answer;
    BATON_TRY(answer.data, agents.post(path, Json{{"dry_run", true}}));
    answer.heading = {"plan: node " + name + " leaves the cluster for good"};
    add_steps(answer.heading, answer.data);
    if (session.invocation.has("dry-run")) return answer;
    for (const std::string& line : answer.heading) session.tell(line);
    BATON_TRY(confirm(session, "Let node " + name + " leave?"));
    BATON_TRY(answer.data, agents.post(path, order_of(session)));
    answer.heading = {"agreed on: node " + name + " leaves"};
    if (wait == 0s) return answer;
    return wait_until(
        session, agents, wait,
        [&](const Json& seen) -> std::string {
            if (element(field(seen, "nodes"), "name", name).is_null()) return "";
            return "node " + name + " is still part of the cluster";
        },
        "node " + name + " has left the cluster; stop its agent, and take it out of the file");
}

}  // namespace

Outcome<Answer> cluster_scale(Session& session) {
    const bool adds = session.invocation.has("add-nodes");
    const bool removes = session.invocation.has("remove-node");
    if (adds == removes) return usage("say either --add-nodes=NUMBER or --remove-node=NODE");
    BATON_TRY(const Duration wait, session.duration("wait", scale_wait));
    BATON_TRY(Agents* const agents, session.agents());
    return adds ? add_nodes(session, *agents, wait) : remove_node(session, *agents, wait);
}

}  // namespace baton::cli
