// An operator's word that a machine is off.
#include "cli/functions.hpp"
#include "cli/session.hpp"

#include <string>

namespace baton::cli {
namespace {

std::vector<std::string> plan_lines(const std::string& node, const Json& plan) {
    std::vector<std::string> lines{"plan: record that the machine of node " + node + " is off"};
    add_steps(lines, plan);
    lines.push_back("  if it is not off, two primaries may take writes, and those of one are lost");
    return lines;
}

std::string names_of(const Json& names) {
    std::string text;
    for (const Json& each : names) {
        text += (text.empty() ? "" : ", ") + (each.is_string() ? each.get<std::string>() : "");
    }
    return text;
}

}  // namespace

Outcome<Answer> node_switched_off(Session& session) {
    const Invocation& asked = session.invocation;
    const std::string node = asked.text("node");
    if (node.empty()) return usage("which node? Say --node=NODE");
    BATON_TRY(Agents* const agents, session.agents());
    Json body{{"by", session.surroundings.user}};
    if (asked.has("reason")) body["reason"] = asked.text("reason");
    const std::string path = "/v1/nodes/" + escaped(node) + "/switched-off";
    Json rehearsal = body;
    rehearsal["dry_run"] = true;
    BATON_TRY(const Json plan, agents->post(path, rehearsal));
    Answer answer;
    answer.data = plan;
    answer.heading = plan_lines(node, plan);
    if (asked.has("dry-run")) return answer;
    for (const std::string& line : answer.heading) session.tell(line);
    BATON_TRY(confirm(session, "Is the machine of node " + node + " off?"));
    // The word is given for what was shown, however long it took to be given.
    body["after"] = number_of(plan, "after");
    BATON_TRY(answer.data, agents->post(path, body));
    answer.summary = "agreed on: node " + node + " is off; going on without it: " +
                     names_of(field(answer.data, "waits")) + ", look with: baton group list";
    answer.heading = {answer.summary};
    return answer;
}

}  // namespace baton::cli
