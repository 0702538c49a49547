// Does every node hold the same state? Two states can only be compared at one
// index, so the nodes are asked until they are at one.
#include "cli/functions.hpp"
#include "cli/voices.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace baton::cli {
namespace {

using namespace std::chrono_literals;

constexpr Duration patience = 10s;
constexpr Duration ask_again = 100ms;

bool holds_state(const Voice& voice) {
    return field(voice.state, "digest").is_string();
}

/// All that answered have applied the same number of entries.
bool at_one_index(const std::vector<Voice>& voices) {
    std::set<std::int64_t> indexes;
    for (const Voice& one : voices) {
        if (holds_state(one)) indexes.insert(number_of(one.state, "applied"));
    }
    return indexes.size() == 1;
}

/// What must be equal at one index: the term of its entry, and the state.
std::string mark_of(const Voice& voice) {
    return cell(voice.state, "applied_term") + "/" + text_of(voice.state, "digest");
}

struct Comparison {
    std::map<std::string, std::vector<std::string>> holders;  ///< Nodes by mark.
    std::string most;                  ///< The mark of more nodes than any other; empty: none.
    std::vector<std::string> missing;  ///< Voters that told no state.
};

Comparison compare(const std::vector<Voice>& voices) {
    Comparison found;
    std::set<std::string> voters;
    for (const Voice& one : voices) {
        if (!holds_state(one)) continue;
        found.holders[mark_of(one)].push_back(one.node);
        for (const Json& voter : field(one.state, "voters")) {
            if (voter.is_string()) voters.insert(voter.get<std::string>());
        }
    }
    std::size_t most = 0;
    for (const auto& [mark, nodes] : found.holders) {
        if (nodes.size() == most) found.most.clear();
        if (nodes.size() <= most) continue;
        most = nodes.size();
        found.most = mark;
    }
    for (const std::string& voter : voters) {
        const auto voice = std::ranges::find(voices, voter, &Voice::node);
        if (voice == voices.end() || !holds_state(*voice)) found.missing.push_back(voter);
    }
    return found;
}

std::string verdict_on(const Voice& voice, const Comparison& found) {
    if (!holds_state(voice) || found.holders.empty()) return "unknown";
    if (found.holders.size() == 1) return "same";
    if (found.most.empty()) return "disputed";
    return mark_of(voice) == found.most ? "same" : "differs";
}

std::string reason_of(const Voice& voice) {
    const std::string waiting = text_of(voice.state, "waiting_for");
    return waiting.empty() ? voice.problem : "it is part of no cluster yet: " + waiting;
}

void show_nodes(Answer& answer, const std::vector<Voice>& voices, const Comparison& found) {
    Table table{
        .columns =
            {{"NAME"}, {"APPLIED", true}, {"TERM", true}, {"DIGEST"}, {"VERDICT"}, {"REASON"}},
        .rows = {}};
    Json nodes = Json::array();
    for (const Voice& one : voices) {
        const std::string verdict = verdict_on(one, found);
        table.rows.push_back({one.node, cell(one.state, "applied"), cell(one.state, "applied_term"),
                              cell(one.state, "digest"), verdict, reason_of(one)});
        nodes.push_back({{"name", one.node},
                         {"applied", field(one.state, "applied")},
                         {"applied_term", field(one.state, "applied_term")},
                         {"digest", field(one.state, "digest")},
                         {"verdict", verdict},
                         {"reason", reason_of(one)}});
    }
    answer.tables = {std::move(table)};
    answer.data["nodes"] = std::move(nodes);
}

/// Nodes that applied the same entries and hold something else.
std::string difference_text(const Comparison& found) {
    std::vector<std::string> camps;
    std::vector<std::string> odd;
    for (const auto& [mark, nodes] : found.holders) {
        camps.push_back(joined(nodes));
        if (mark != found.most) odd.insert(odd.end(), nodes.begin(), nodes.end());
    }
    if (found.most.empty()) {
        return "the nodes hold different states, and no more hold one than another: " +
               joined(camps, " against ") +
               "; change nothing, copy every node's data directory, and report this as a bug";
    }
    return "state differs on " + joined(odd) +
           ": stop its agent, keep a copy of its data directory for a bug report, empty the "
           "directory, start the agent, then: baton node replace --node=" +
           odd.front();
}

Answer verdict_of(const std::vector<Voice>& voices) {
    const Comparison found = compare(voices);
    const bool comparable = at_one_index(voices);
    Answer answer;
    std::string verdict = "unknown";
    if (comparable && found.holders.size() > 1) {
        verdict = "different";
        answer.code = ExitCode::condition_false;
        answer.heading = {difference_text(found)};
    } else if (!comparable) {
        answer.code = ExitCode::unknown;
        answer.heading = {
            "state unknown: the nodes were never at one index; one may be behind for good, see: "
            "baton raft status"};
    } else if (!found.missing.empty()) {
        answer.code = ExitCode::unknown;
        answer.heading = {"state unknown: the others agree, but no answer from " +
                          joined(found.missing)};
    } else {
        verdict = "same";
        answer.heading = {"consistent: every voter holds the same state"};
    }
    answer.summary = answer.heading.front();
    answer.data = {{"verdict", verdict}, {"no_answer", found.missing}};
    show_nodes(answer, voices, comparable ? found : Comparison{});
    return answer;
}

}  // namespace

Outcome<Answer> cluster_verify_consistency(Session& session) {
    BATON_TRY(const Duration wait, session.duration("wait", patience));
    BATON_TRY(Agents* const agents, session.agents());
    BATON_TRY(const auto nodes, every_node(*agents));
    const Instant deadline = session.surroundings.now() + wait;
    for (;;) {
        BATON_TRY(const auto voices, ask_each(session, nodes, "/v1/consistency"));
        if (std::ranges::none_of(voices, holds_state)) return nobody_answered(voices);
        if (at_one_index(voices) || session.surroundings.now() >= deadline)
            return verdict_of(voices);
        if (!session.surroundings.pause(ask_again)) {
            return Failure{ExitCode::interrupted, "interrupted"};
        }
    }
}

}  // namespace baton::cli
