#include "cli/voices.hpp"

#include "config/nearest.hpp"

#include <algorithm>
#include <utility>

namespace baton::cli {

Outcome<std::vector<Agent>> every_node(Agents& agents) {
    std::vector<Agent> found = agents.located().agents;
    const bool named =
        std::ranges::all_of(found, [](const Agent& one) { return !one.name.empty(); });
    if (!named) {
        BATON_TRY(const Json cluster, agents.cluster());
        found.clear();
        for (const Json& node : field(cluster, "nodes")) {
            auto endpoint = parse_endpoint(text_of(node, "api"));
            if (endpoint) found.push_back({text_of(node, "name"), endpoint.value()});
        }
    }
    std::ranges::sort(found, {}, &Agent::name);
    return found;
}

Outcome<std::vector<Agent>> asked_for(Session& session, std::vector<Agent> nodes) {
    const std::string wanted = session.invocation.text("node");
    if (wanted.empty()) return nodes;
    std::vector<std::string> names;
    for (const Agent& one : nodes) {
        if (one.name == wanted) return std::vector<Agent>{one};
        names.push_back(one.name);
    }
    return usage("there is no node \"" + wanted + "\"" + config::did_you_mean(wanted, names) +
                 "; there are: " + joined(names));
}

Outcome<std::vector<Voice>> ask_each(Session& session, const std::vector<Agent>& nodes,
                                     const std::string& target) {
    BATON_TRY(Agents* const agents, session.agents());
    std::vector<Voice> voices;
    for (const Agent& node : nodes) {
        auto state = agents->get_from(node, target);
        if (session.surroundings.interrupted())
            return Failure{ExitCode::interrupted, "interrupted"};
        if (state) {
            voices.push_back({node.name, std::move(state.value()), ""});
        } else if (state.error().code == ExitCode::unknown) {
            voices.push_back({node.name, Json(), state.error().message});
        } else {
            return state.error();
        }
    }
    return voices;
}

Outcome<std::vector<Voice>> ask_each(Session& session, const std::string& target) {
    BATON_TRY(Agents* const agents, session.agents());
    BATON_TRY(auto all, every_node(*agents));
    BATON_TRY(const auto nodes, asked_for(session, std::move(all)));
    return ask_each(session, nodes, target);
}

bool all_silent(const std::vector<Voice>& voices) {
    return std::ranges::all_of(voices, [](const Voice& one) { return one.state.is_null(); });
}

Failure nobody_answered(const std::vector<Voice>& voices) {
    std::string message = "state unknown: no node gave an answer";
    for (const Voice& one : voices) message += "\n  " + one.node + ": " + one.problem;
    return {ExitCode::unknown, message};
}

}  // namespace baton::cli
