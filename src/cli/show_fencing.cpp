// What keeps each node from acting when it should not: agreed on by all, and
// measured on each.
#include "cli/functions.hpp"
#include "cli/voices.hpp"

#include <algorithm>

namespace baton::cli {
namespace {

/// The answer whose judgement of all nodes counts: of an agent with quorum, if
/// one answered.
const Voice* best_informed(const std::vector<Voice>& voices) {
    const Voice* best = nullptr;
    for (const Voice& one : voices) {
        if (one.state.is_null()) continue;
        if (flag_of(one.state, "quorum")) return &one;
        if (best == nullptr) best = &one;
    }
    return best;
}

Json node_fencing_json(const Json& judged, const std::vector<Voice>& voices) {
    Json node = judged;
    const auto own = std::ranges::find(voices, text_of(judged, "name"), &Voice::node);
    const bool answered = own != voices.end() && !own->state.is_null();
    node["guard"] = answered ? field(own->state, "guard") : Json();
    node["tiers"] = answered ? field(own->state, "tiers") : Json::array();
    node["reason"] = own == voices.end() || answered ? "" : own->problem;
    return node;
}

Table fencing_table(const Json& nodes) {
    Table table{.columns = {{"NAME"},
                            {"REPORTED"},
                            {"COMMITTED"},
                            {"AGREED"},
                            {"VERIFIED-MS-AGO", true},
                            {"CLOSED", true},
                            {"LATE-MAX-MS", true},
                            {"TAKEOVER-AFTER-MS", true},
                            {"LATE-LAST-MS", true, true},
                            {"OVERSLEPT-MAX-MS", true, true},
                            {"REPORT-AGE-MS", true, true},
                            {"REASON"}},
                .rows = {}};
    for (const Json& node : nodes) {
        const Json& guard = field(node, "guard");
        const bool waits = field(node, "takeover_wait_ms").is_number();
        const std::string otherwise =
            flag_of(node, "takeover_by_command") ? "by the command" : "only by proof";
        table.rows.push_back({cell(node, "name"), cell(node, "reported"), cell(node, "committed"),
                              cell(node, "agreed"), cell(guard, "verified_age_ms"),
                              cell(guard, "closed"), cell(guard, "late_max_ms"),
                              waits ? cell(node, "takeover_wait_ms") : otherwise,
                              cell(guard, "late_last_ms"), cell(guard, "oversleep_max_ms"),
                              cell(node, "report_age_ms"), text_of(node, "reason")});
    }
    return table;
}

/// What each node says of its own ladder.
Table tiers_table(const Json& nodes) {
    Table table{.columns = {{"NAME"},
                            {"TIER"},
                            {"STATE"},
                            {"PROVEN-MS-AGO", true},
                            {"MARGIN-MS", true},
                            {"LATE-MAX-MS", true},
                            {"LATE-P99-MS", true},
                            {"REASON"},
                            {"PROOF", false, true}},
                .rows = {}};
    for (const Json& node : nodes) {
        for (const Json& tier : field(node, "tiers")) {
            table.rows.push_back({cell(node, "name"), cell(tier, "tier"), cell(tier, "state"),
                                  cell(tier, "proven_age_ms"), cell(tier, "margin_ms"),
                                  cell(tier, "late_max_ms"), cell(tier, "late_p99_ms"),
                                  text_of(tier, "reason"), cell(tier, "proof")});
        }
    }
    return table;
}

}  // namespace

Outcome<Answer> node_fencing(Session& session) {
    BATON_TRY(Agents* const agents, session.agents());
    BATON_TRY(const auto all, every_node(*agents));
    BATON_TRY(const auto wanted, asked_for(session, all));
    // A node that does not answer is judged by the others, so all are asked.
    BATON_TRY(const auto voices, ask_each(session, all, "/v1/fencing"));
    const Voice* const best = best_informed(voices);
    if (best == nullptr) return nobody_answered(voices);
    Answer answer{.shape = Shape::rows};
    answer.data = Json::array();
    for (const Json& judged : field(best->state, "nodes")) {
        const std::string name = text_of(judged, "name");
        if (std::ranges::find(wanted, name, &Agent::name) == wanted.end()) continue;
        answer.data.push_back(node_fencing_json(judged, voices));
    }
    answer.tables = {fencing_table(answer.data), tiers_table(answer.data)};
    if (!flag_of(best->state, "quorum")) {
        answer.notes.push_back("state unknown: node " + best->node +
                               " has no quorum, what it shows may be out of date");
        answer.code = ExitCode::unknown;
    }
    return answer;
}

}  // namespace baton::cli
