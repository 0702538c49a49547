// What a node may do: fenced, drained, or everything again.
#include "cli/functions.hpp"
#include "cli/session.hpp"

#include <string>
#include <vector>

namespace baton::cli {
namespace {

using namespace std::chrono_literals;

constexpr Duration carried_out_wait = 30s;
constexpr Duration carried_out_poll = 200ms;

struct Wish {
    std::string verb;  ///< As the path has it: "fence", "drain", "rejoin".
    std::string node;
    Json body;  ///< What is sent, without `dry_run`.
};

std::vector<std::string> plan_lines(const Wish& wish, const Json& plan) {
    std::vector<std::string> lines{"plan: " + wish.verb + " node " + wish.node + ", which is " +
                                   text_of(plan, "was") + " now"};
    add_steps(lines, plan);
    return lines;
}

Outcome<Wish> describe(const Session& session, const std::string& verb) {
    const Invocation& asked = session.invocation;
    Wish wish{.verb = verb, .node = asked.text("node"), .body = Json::object()};
    if (wish.node.empty()) return usage("which node? Say --node=NODE");
    wish.body["by"] = session.surroundings.user;
    if (asked.has("reason")) wish.body["reason"] = asked.text("reason");
    if (asked.has("force") || asked.has("force-resync")) wish.body["force"] = true;
    return wish;
}

/// What still has to happen; empty: nothing.
std::string missing(const Wish& wish, const Json& cluster) {
    const Json& node = element(field(cluster, "nodes"), "name", wish.node);
    const bool rejoins = wish.verb == "rejoin";
    if (rejoins && text_of(node, "health") != "healthy") {
        return "node " + wish.node + " is " + text_of(node, "health");
    }
    if (!rejoins && text_of(cluster, "leader") == wish.node) {
        return "node " + wish.node + " leads consensus";
    }
    for (const Json& group : field(cluster, "groups")) {
        for (const Json& instance : field(group, "instances")) {
            if (text_of(instance, "node") != wish.node) continue;
            const std::string role = text_of(instance, "role");
            const std::string health = text_of(instance, "health");
            const bool well = role == "primary" || (role == "standby" && health == "healthy");
            if (!rejoins && role == "primary") return text_of(instance, "id") + " is primary";
            if (rejoins && !well) return text_of(instance, "id") + " is " + role + ", " + health;
        }
    }
    return "";
}

Outcome<Answer> until_done(Session& session, Agents& agents, const Wish& wish, Duration limit) {
    const Instant begun = session.surroundings.now();
    for (;;) {
        const auto cluster = agents.cluster();
        const std::string left = cluster ? missing(wish, cluster.value()) : "no agent answers";
        if (left.empty()) {
            Answer answer;
            answer.data = element(field(cluster.value(), "nodes"), "name", wish.node);
            answer.summary = wish.verb == "rejoin"
                                 ? "node " + wish.node + " does everything again"
                                 : "node " + wish.node + " leads nothing any more";
            answer.heading = {answer.summary};
            return answer;
        }
        if (session.surroundings.now() - begun >= limit) {
            return Failure{ExitCode::timed_out,
                           "agreed on, but not carried out yet: " + left +
                               "; the cluster goes on by itself, look with: baton cluster status"};
        }
        if (!session.surroundings.pause(carried_out_poll)) {
            return Failure{
                ExitCode::interrupted,
                "no longer waiting; the cluster goes on by itself, look with: baton cluster "
                "status"};
        }
    }
}

Outcome<Answer> change(Session& session, const std::string& verb, const std::string& question) {
    BATON_TRY(const Duration wait, session.duration("wait", carried_out_wait));
    BATON_TRY(Agents* const agents, session.agents());
    BATON_TRY(const Wish wish, describe(session, verb));
    BATON_TRY(const Json cluster, agents->cluster());
    BATON_TRY(const Json node, find_node(cluster, wish.node));
    const std::string path = "/v1/nodes/" + escaped(wish.node) + "/" + verb;
    Json asked = wish.body;
    asked["dry_run"] = true;
    BATON_TRY(const Json plan, agents->post(path, asked));
    Answer answer;
    answer.data = plan;
    answer.heading = plan_lines(wish, plan);
    if (session.invocation.has("dry-run")) return answer;
    if (!flag_of(plan, "changed")) {
        answer.summary = "node " + wish.node + " is " + text_of(plan, "was") + " already";
        answer.heading = {answer.summary};
        return answer;
    }
    for (const std::string& line : answer.heading) session.tell(line);
    BATON_TRY(confirm(session, question + " node " + wish.node + "?"));
    BATON_TRY(answer.data, agents->post(path, wish.body));
    answer.heading = {"agreed on: node " + wish.node + " is " + text_of(answer.data, "duty")};
    // Nobody can tell what a node does that is not heard.
    if (wait == 0s || !flag_of(answer.data, "heard")) return answer;
    return until_done(session, *agents, wish, wait);
}

}  // namespace

Outcome<Answer> node_fence(Session& session) {
    return change(session, "fence", "Fence");
}

Outcome<Answer> node_drain(Session& session) {
    return change(session, "drain", "Drain");
}

Outcome<Answer> node_rejoin(Session& session) {
    return change(session, "rejoin", "Rejoin");
}

}  // namespace baton::cli
