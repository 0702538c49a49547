// Who hears whom, put together from the answers of all agents. Some of them may
// be out of reach from here and still be heard by the others.
#include "cli/functions.hpp"
#include "cli/voices.hpp"
#include "core/cluster/partition.hpp"

#include <algorithm>
#include <optional>

namespace baton::cli {
namespace {

using cluster::Certainty;

struct Survey {
    std::vector<Voice> voices;
    cluster::Division division;
};

cluster::Account account_of(const Json& state) {
    cluster::Account account;
    for (const Json& peer : field(state, "peers")) {
        const std::string liveness = text_of(peer, "liveness");
        // Suspicion ends within a lease, one way or the other; never heard proves nothing.
        if (liveness == "alive") account[NodeId{text_of(peer, "node")}] = true;
        if (liveness == "failed") account[NodeId{text_of(peer, "node")}] = false;
    }
    return account;
}

/// An agent without a cluster has answered and knows of nobody.
bool knows_the_others(const Voice& voice) {
    return flag_of(voice.state, "formed");
}

std::set<NodeId> voters_in(const std::vector<Voice>& voices) {
    const Json* newest = nullptr;
    for (const Voice& one : voices) {
        if (!knows_the_others(one)) continue;
        const bool newer = newest == nullptr || number_of(one.state, "membership_index") >
                                                    number_of(*newest, "membership_index");
        if (newer) newest = &one.state;
    }
    std::set<NodeId> voters;
    if (newest == nullptr) return voters;
    for (const Json& voter : field(*newest, "voters")) {
        if (voter.is_string()) voters.insert(NodeId{voter.get<std::string>()});
    }
    return voters;
}

Outcome<Survey> survey(Session& session) {
    BATON_TRY(auto voices, ask_each(session, "/v1/partition"));
    if (all_silent(voices)) return nobody_answered(voices);
    std::map<NodeId, cluster::Account> accounts;
    std::set<NodeId> nodes;
    for (Voice& one : voices) {
        const NodeId self{one.node};
        nodes.insert(self);
        if (one.state.is_null()) continue;
        if (!knows_the_others(one)) {
            one.problem = "it is part of no cluster yet: " + text_of(one.state, "waiting_for");
            continue;
        }
        accounts[self] = account_of(one.state);
        for (const auto& [peer, heard] : accounts[self]) nodes.insert(peer);
    }
    auto division = cluster::divide(nodes, voters_in(voices), accounts);
    return Survey{std::move(voices), std::move(division)};
}

std::vector<std::string> texts(const std::set<NodeId>& nodes) {
    std::vector<std::string> found;
    for (const NodeId& node : nodes) found.push_back(node.text);
    return found;
}

const Voice* voice_of(const Survey& survey, const NodeId& node) {
    const auto found = std::ranges::find(survey.voices, node.text, &Voice::node);
    return found == survey.voices.end() ? nullptr : &*found;
}

/// Whether the speaker's own connection to the one that does not hear it stands;
/// null if the speaker did not say.
Json connection(const Survey& survey, const cluster::Silence& silence) {
    const Voice* const speaker = voice_of(survey, silence.of);
    if (speaker == nullptr) return {};
    return field(element(field(speaker->state, "peers"), "node", silence.by.text), "connected");
}

bool heard_back(const Survey& survey, const cluster::Silence& silence) {
    return !std::ranges::binary_search(survey.division.silences,
                                       cluster::Silence{silence.of, silence.by});
}

std::string word_for(const cluster::Division& division) {
    if (division.whole == Certainty::yes) return "whole";
    if (division.whole == Certainty::unknown) return "unknown";
    return division.sides.size() + division.unseen.size() > 1 ? "partitioned" : "links missing";
}

std::string headline(const cluster::Division& division) {
    const std::string word = word_for(division);
    if (word == "whole") return "whole: every node hears every other one";
    if (word == "unknown") {
        return "state unknown: nobody tells of silence, but not every node was asked, or one is "
               "under "
               "suspicion just now";
    }
    if (word == "links missing") {
        return "links missing: all nodes hang together, but not every one hears every other";
    }
    return "partitioned: there are nodes that do not hear each other";
}

Table side_table(const Survey& survey) {
    const cluster::Division& division = survey.division;
    Table table{.columns = {{"GROUP"}, {"NODES"}, {"QUORUM"}}, .rows = {}};
    const std::string otherwise = division.quorum == Certainty::unknown ? "unknown" : "no";
    for (const auto& side : division.sides) {
        const bool has = side == division.majority;
        table.rows.push_back(
            {std::to_string(table.rows.size() + 1), joined(texts(side)), has ? "yes" : otherwise});
    }
    if (!division.unseen.empty()) {
        table.rows.push_back({"not seen", joined(texts(division.unseen)), otherwise});
    }
    return table;
}

Table silence_table(const Survey& survey) {
    Table table{.columns = {{"NODE"}, {"DOES NOT HEAR"}, {"HEARD BACK"}, {"LINK FROM THERE"}},
                .rows = {}};
    for (const auto& silence : survey.division.silences) {
        const Voice* const other = voice_of(survey, silence.of);
        const bool asked = other != nullptr && knows_the_others(*other);
        const std::string back = heard_back(survey, silence) ? "yes" : "no";
        const Json link = connection(survey, silence);
        const std::string stands = link.is_boolean() && link.get<bool>() ? "up" : "down";
        table.rows.push_back({silence.by.text, silence.of.text, asked ? back : "unknown",
                              link.is_boolean() ? stands : "unknown"});
    }
    return table;
}

Json division_json(const Survey& survey) {
    const cluster::Division& division = survey.division;
    Json json{{"verdict", word_for(division)}};
    json["groups"] = Json::array();
    for (const auto& side : division.sides) {
        const bool unknown = division.quorum == Certainty::unknown;
        json["groups"].push_back(
            {{"nodes", texts(side)},
             {"quorum", unknown ? Json(nullptr) : Json(side == division.majority)}});
    }
    json["not_seen"] = texts(division.unseen);
    json["quorum"] = division.quorum == Certainty::unknown
                         ? Json(nullptr)
                         : Json(division.quorum == Certainty::yes);
    json["silences"] = Json::array();
    for (const auto& silence : division.silences) {
        json["silences"].push_back({{"by", silence.by.text},
                                    {"of", silence.of.text},
                                    {"connected", connection(survey, silence)}});
    }
    json["no_answer"] = Json::array();
    for (const Voice& one : survey.voices) {
        if (one.problem.empty()) continue;
        json["no_answer"].push_back({{"node", one.node}, {"reason", one.problem}});
    }
    return json;
}

void note_unanswered(Answer& answer, const Survey& survey) {
    for (const Voice& one : survey.voices) {
        if (!one.problem.empty()) {
            answer.notes.push_back("no answer from " + one.node + ": " + one.problem);
        }
    }
}

/// A list of nodes, one per line.
Answer bare_names(const std::vector<std::string>& names) {
    Answer answer{.shape = Shape::names};
    answer.data = names;
    Table table{.columns = {{"NAME"}}, .rows = {}};
    for (const std::string& name : names) table.rows.push_back({name});
    answer.tables = {std::move(table)};
    return answer;
}

Failure quorum_unknown(const Survey& survey) {
    std::string message =
        "state unknown: too few nodes answered, or it is too early, to tell which side has quorum";
    for (const Voice& one : survey.voices) {
        if (!one.problem.empty()) message += "\n  " + one.node + ": " + one.problem;
    }
    return {ExitCode::unknown, message +
                                   "\ntry again, or from a machine that reaches the others; see: "
                                   "baton cluster check-partition"};
}

/// The incident that began last, of all that the agents remember; null if none.
Json newest_incident(const Survey& survey) {
    Json newest;
    for (const Voice& one : survey.voices) {
        const Json& incident = field(one.state, "incident");
        if (!incident.is_object()) continue;
        const bool newer = newest.is_null() || number_of(incident, "began_wall_ms") >
                                                   number_of(newest, "began_wall_ms");
        if (!newer) continue;
        newest = incident;
        newest["remembered_by"] = one.node;
    }
    return newest;
}

Answer from_memory(const Survey& survey) {
    const Json incident = newest_incident(survey);
    std::vector<std::string> names;
    for (const Json& node : field(incident, "nodes")) {
        if (node.is_string()) names.push_back(node.get<std::string>());
    }
    Answer answer = bare_names(names);
    if (incident.is_null()) {
        answer.notes.push_back("no node is cut off, and no agent remembers that one was");
        return answer;
    }
    const Json& ended = field(incident, "ended_wall_ms");
    answer.notes.push_back("no node is cut off now; these were, from " +
                           time_text(field(incident, "began_wall_ms")) + " to " +
                           (ended.is_null() ? "just now" : time_text(ended)) + " UTC, as node " +
                           text_of(incident, "remembered_by") + " remembers");
    return answer;
}

}  // namespace

Outcome<Answer> cluster_check_partition(Session& session) {
    BATON_TRY(const Survey found, survey(session));
    Answer answer;
    answer.heading = {headline(found.division)};
    answer.summary = headline(found.division);
    answer.tables = {side_table(found)};
    if (!found.division.silences.empty()) answer.tables.push_back(silence_table(found));
    answer.data = division_json(found);
    switch (found.division.whole) {
        case Certainty::yes: answer.code = ExitCode::done; break;
        case Certainty::no: answer.code = ExitCode::condition_false; break;
        case Certainty::unknown: answer.code = ExitCode::unknown; break;
    }
    note_unanswered(answer, found);
    return answer;
}

Outcome<Answer> partition_identify_majority(Session& session) {
    BATON_TRY(const Survey found, survey(session));
    if (found.division.quorum == Certainty::unknown) return quorum_unknown(found);
    const bool some = found.division.quorum == Certainty::yes;
    Answer answer =
        bare_names(some ? texts(found.division.majority) : std::vector<std::string>{"none"});
    if (!some) {
        answer.data = Json::array();
        answer.code = ExitCode::condition_false;
        answer.notes.push_back("no side has quorum; see: baton cluster check-partition");
    }
    note_unanswered(answer, found);
    return answer;
}

Outcome<Answer> partition_list_minority(Session& session) {
    BATON_TRY(const Survey found, survey(session));
    const cluster::Division& division = found.division;
    if (division.quorum == Certainty::unknown) return quorum_unknown(found);
    if (division.quorum == Certainty::no) {
        // Whoever fences what is listed here must not fence everything.
        return Failure{ExitCode::condition_false,
                       "no side has quorum, so no side is the minority; see: "
                       "baton cluster check-partition"};
    }
    std::set<NodeId> outside = division.unseen;
    for (const auto& side : division.sides) {
        if (side != division.majority) outside.insert(side.begin(), side.end());
    }
    Answer answer = outside.empty() ? from_memory(found) : bare_names(texts(outside));
    note_unanswered(answer, found);
    return answer;
}

}  // namespace baton::cli
