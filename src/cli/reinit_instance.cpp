// A standby's data, thrown away and copied anew.
#include "cli/functions.hpp"
#include "cli/session.hpp"
#include "cli/voices.hpp"

#include <utility>

namespace baton::cli {
namespace {

using namespace std::chrono_literals;

constexpr Duration copied_wait = 60s;
constexpr Duration copied_poll = 200ms;

struct Target {
    std::string group;
    std::string instance;
    Agent node;  ///< Whose agent alone can do it.
    std::string pid;
};

Outcome<Target> find_target(const Session& session, const Json& cluster) {
    Target target{.group = session.invocation.argument(0),
                  .instance = session.invocation.text("instance"),
                  .node = {},
                  .pid = {}};
    if (target.instance.empty()) return usage("which standby? Say --instance=INSTANCE");
    BATON_TRY(const Json group, find_group(cluster, target.group));
    const Json& found = element(field(group, "instances"), "id", target.instance);
    if (found.is_null()) {
        return usage("group " + target.group + " has no instance \"" + target.instance +
                     "\"; there are: " + joined(texts_of(field(group, "instances"), "id")));
    }
    target.pid = cell(found, "pid");
    target.node.name = text_of(found, "node");
    const Json& node = element(field(cluster, "nodes"), "name", target.node.name);
    auto endpoint = parse_endpoint(text_of(node, "api"));
    if (!endpoint) return usage("node " + target.node.name + " has no API address");
    target.node.api = endpoint.value();
    return target;
}

/// What is still missing; empty: nothing. Its old process holds no new copy.
std::string not_copied(const Json& cluster, const Target& target) {
    const Json& group = element(field(cluster, "groups"), "name", target.group);
    const Json& seen = element(field(group, "instances"), "id", target.instance);
    if (cell(seen, "pid") == target.pid) return target.instance + " has not ended yet";
    const std::string health = text_of(seen, "health");
    if (health == "healthy" && text_of(seen, "role") == "standby") return "";
    const std::string problem = text_of(seen, "problem");
    return target.instance + " is " + text_of(seen, "role") + ", " + health +
           (problem.empty() ? "" : ": " + problem);
}

Outcome<Answer> until_copied(Session& session, Agents& agents, const Target& target,
                             Duration limit) {
    const Instant begun = session.surroundings.now();
    for (;;) {
        const auto cluster = agents.cluster();
        const std::string left = cluster ? not_copied(cluster.value(), target) : "no agent answers";
        if (left.empty()) {
            Answer answer;
            answer.data = {{"group", target.group}, {"instance", target.instance}};
            answer.summary = target.instance + " has copied everything and follows";
            answer.heading = {answer.summary};
            return answer;
        }
        if (session.surroundings.now() - begun >= limit) {
            return Failure{ExitCode::timed_out, "under way, but not done yet: " + left +
                                                    "; look with: baton replication status " +
                                                    target.group};
        }
        if (!session.surroundings.pause(copied_poll)) {
            return Failure{ExitCode::interrupted, "no longer waiting; the copying goes on"};
        }
    }
}

}  // namespace

Outcome<Answer> group_reinit(Session& session) {
    BATON_TRY(const Duration wait, session.duration("wait", copied_wait));
    BATON_TRY(Agents* const agents, session.agents());
    BATON_TRY(const Json cluster, agents->cluster());
    BATON_TRY(const Target target, find_target(session, cluster));
    const std::string path = "/v1/groups/" + escaped(target.group) + "/instances/" +
                             escaped(target.instance) + "/reinit";
    Answer answer;
    BATON_TRY(answer.data, agents->post_to(target.node, path, Json{{"dry_run", true}}));
    answer.heading = {"plan: throw the data of " + target.instance + " away and copy it anew"};
    add_steps(answer.heading, answer.data);
    if (session.invocation.has("dry-run")) return answer;
    for (const std::string& line : answer.heading) session.tell(line);
    BATON_TRY(confirm(session, "Throw the data of " + target.instance + " away?"));
    Json order{{"by", session.surroundings.user}};
    if (session.invocation.has("reason")) order["reason"] = session.invocation.text("reason");
    BATON_TRY(answer.data, agents->post_to(target.node, path, order));
    answer.heading = {target.instance + " ends and copies everything anew"};
    if (wait == 0s) return answer;
    return until_copied(session, *agents, target, wait);
}

}  // namespace baton::cli
