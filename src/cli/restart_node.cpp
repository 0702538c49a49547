// The agent of a node, restarted by itself, or by its guard when it is frozen.
#include "cli/functions.hpp"
#include "cli/local_guard.hpp"
#include "cli/session.hpp"
#include "cli/voices.hpp"
#include "config/cluster_file.hpp"

#include <utility>

namespace baton::cli {
namespace {

using namespace std::chrono_literals;

constexpr Duration restart_wait = 30s;
constexpr Duration poll_interval = 200ms;

struct Restart {
    Agent node;
    Json body;      ///< What the agent is asked.
    Instant asked;  ///< By this machine's clock.
    bool by_guard = false;
    std::vector<std::string> servers;  ///< Restarted with it.
};

/// The guard of a node can be asked only where it runs.
Outcome<int> find_guard(const Session& session, const Agents& agents, const Restart& restart,
                        const std::string& silence) {
    const std::string& name = restart.node.name;
    const std::string path = agents.located().config_path;
    const std::string unknown = "the agent of node " + name + " does not answer (" + silence + ")";
    const std::string next =
        "; run this on the machine of " + name + " (" + restart.node.api.host +
        "), where its guard can restart it, or there: systemctl reload baton; if the machine is "
        "gone: baton node replace --node=" +
        name;
    if (path.empty()) {
        return Failure{ExitCode::unknown,
                       unknown +
                           ", and without the cluster file its guard cannot be found: say "
                           "--config FILE" +
                           next};
    }
    const auto file = config::load(path);
    if (!file) return usage(file.error());
    const auto local = file.value().local.find(NodeId{name});
    if (local == file.value().local.end()) {
        return usage(path + " does not declare node " + name);
    }
    auto guard = local_guard(name, local->second.data);
    if (!guard)
        return Failure{ExitCode::unknown, unknown + ", and " + guard.error().message + next};
    session.tell(unknown + "; its guard (pid " + std::to_string(guard.value()) +
                 ") is asked to restart it");
    return guard.value();
}

/// Asks the agent, and its guard if it keeps silent.
Outcome<void> ask(Session& session, Agents& agents, Restart& restart) {
    const std::string path = "/v1/nodes/" + escaped(restart.node.name) + "/restart";
    restart.asked = session.surroundings.now();
    const auto reply = agents.post_to(restart.node, path, restart.body);
    if (reply) {
        restart.servers.clear();
        for (const Json& server : field(reply.value(), "servers")) {
            if (server.is_string()) restart.servers.push_back(server.get<std::string>());
        }
        return boost::outcome_v2::success();
    }
    const Failure& failure = reply.error();
    const bool silent = failure.code == ExitCode::unknown || failure.code == ExitCode::timed_out;
    if (!silent) return failure;
    BATON_TRY(const int guard, find_guard(session, agents, restart, failure.message));
    restart.asked = session.surroundings.now();
    restart.by_guard = true;
    if (auto done = ask_for_new_agent(guard); !done) {
        return Failure{ExitCode::refused,
                       "node " + restart.node.name + ": " + done.error().message};
    }
    return boost::outcome_v2::success();
}

/// What is still missing; empty: nothing. Only an agent that began after it was
/// asked is the new one.
std::string missing(const Session& session, Agents& agents, const Restart& restart) {
    const std::string agent = "the agent of " + restart.node.name;
    const auto own = agents.get_from(restart.node, "/v1/cluster");
    if (!own) return agent + " does not answer yet: " + own.error().message;
    const auto waited = whole_milliseconds(session.surroundings.now() - restart.asked);
    const Json& uptime = field(own.value(), "uptime_ms");
    if (!uptime.is_number() || uptime.get<std::int64_t>() > waited) {
        return agent + " has not ended yet";
    }
    const auto cluster = agents.cluster();
    if (!cluster) return cluster.error().message;
    const std::string health =
        text_of(element(field(cluster.value(), "nodes"), "name", restart.node.name), "health");
    if (health != "healthy") return "node " + restart.node.name + " is " + health;
    for (const Json& group : field(cluster.value(), "groups")) {
        for (const std::string& server : restart.servers) {
            const Json& instance = element(field(group, "instances"), "id", server);
            if (instance.is_null() || text_of(instance, "health") == "healthy") continue;
            return server + " is " + text_of(instance, "health");
        }
    }
    return "";
}

Outcome<Answer> until_back(Session& session, Agents& agents, const Restart& restart,
                           Duration limit) {
    const std::string& name = restart.node.name;
    for (;;) {
        const std::string left = missing(session, agents, restart);
        if (left.empty()) {
            Answer answer;
            answer.data = {
                {"node", name}, {"by_guard", restart.by_guard}, {"servers", restart.servers}};
            answer.summary = "node " + name + " was restarted and is healthy";
            answer.heading = {answer.summary};
            return answer;
        }
        if (session.surroundings.now() - restart.asked >= limit) {
            return Failure{ExitCode::timed_out,
                           "node " + name + " was asked to restart, but is not healthy yet: " +
                               left + "; look with: baton node is-healthy --node=" + name};
        }
        if (!session.surroundings.pause(poll_interval)) {
            return Failure{ExitCode::interrupted, "no longer waiting; the restart goes on"};
        }
    }
}

Outcome<Answer> show_plan(Agents& agents, const Restart& restart) {
    Json body = restart.body;
    body["dry_run"] = true;
    Answer answer;
    BATON_TRY(
        answer.data,
        agents.post_to(restart.node, "/v1/nodes/" + escaped(restart.node.name) + "/restart", body));
    answer.heading = {"plan: restart node " + restart.node.name};
    add_steps(answer.heading, answer.data);
    return answer;
}

}  // namespace

Outcome<Answer> node_restart(Session& session) {
    if (session.invocation.text("node").empty()) return usage("which node? Say --node=NODE");
    BATON_TRY(const Duration wait, session.duration("wait", restart_wait));
    BATON_TRY(Agents* const agents, session.agents());
    BATON_TRY(auto all, every_node(*agents));
    BATON_TRY(const auto nodes, asked_for(session, std::move(all)));
    const bool servers = session.invocation.has("servers");
    Restart restart{.node = nodes.front(), .body = Json::object(), .asked = {}, .servers = {}};
    restart.body["by"] = session.surroundings.user;
    if (session.invocation.has("reason"))
        restart.body["reason"] = session.invocation.text("reason");
    if (servers) restart.body["servers"] = true;
    if (session.invocation.has("dry-run")) return show_plan(*agents, restart);
    BATON_TRY(ask(session, *agents, restart));
    if (restart.by_guard && servers) {
        // Only an agent that is awake knows which of its servers may be stopped.
        BATON_TRY(until_back(session, *agents, restart, wait == 0s ? restart_wait : wait));
        BATON_TRY(ask(session, *agents, restart));
    }
    if (wait != 0s) return until_back(session, *agents, restart, wait);
    Answer answer;
    answer.data = {
        {"node", restart.node.name}, {"by_guard", restart.by_guard}, {"servers", restart.servers}};
    answer.heading = {"node " + restart.node.name + " restarts"};
    return answer;
}

}  // namespace baton::cli
