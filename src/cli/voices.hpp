#pragma once

/// Every node asked itself, one after the other, and what each answered. Judges
/// nothing; a node without an answer keeps its place, with the reason.

#include "cli/session.hpp"

#include <string>
#include <vector>

namespace baton::cli {

/// One node's own words, or why there are none.
struct Voice {
    std::string node;
    Json state;  ///< Null if it did not answer.
    std::string problem;
};

/// Every node that is known: from the place the addresses came from, or, when
/// only addresses were given, from what the first agent says. By name.
[[nodiscard]] Outcome<std::vector<Agent>> every_node(Agents& agents);

/// Only the one --node names; all without it. Errors: usage (no such node).
[[nodiscard]] Outcome<std::vector<Agent>> asked_for(Session& session, std::vector<Agent> nodes);

/// The answers of `nodes` to `target`, in their order. Errors: what an agent
/// refuses, interrupted.
[[nodiscard]] Outcome<std::vector<Voice>> ask_each(Session& session,
                                                   const std::vector<Agent>& nodes,
                                                   const std::string& target);
/// The same of every node; of one alone with --node.
[[nodiscard]] Outcome<std::vector<Voice>> ask_each(Session& session, const std::string& target);

[[nodiscard]] bool all_silent(const std::vector<Voice>& voices);
/// ExitCode::unknown with every node's reason.
[[nodiscard]] Failure nobody_answered(const std::vector<Voice>& voices);

}  // namespace baton::cli
