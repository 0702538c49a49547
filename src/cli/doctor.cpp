#include "cli/doctor.hpp"

#include "cli/functions.hpp"
#include "config/identity.hpp"

#include <algorithm>

namespace baton::cli {
namespace {

std::string name_of(Severity severity) {
    switch (severity) {
        case Severity::fine: return "ok";
        case Severity::warning: return "warning";
        case Severity::error: return "error";
        case Severity::skipped: return "skipped";
    }
    return "";
}

void read_file(Session& session, Patient& patient) {
    const auto located = locate(session.invocation, session.surroundings);
    std::string path = located ? located.value().config_path : session.invocation.text("config");
    if (path.empty()) path = session.surroundings.environment("BATON_CONFIG");
    if (path.empty()) {
        patient.file_problem = located ? "no cluster file is named" : located.error().message;
        return;
    }
    auto file = config::load(path);
    if (file) {
        patient.file = std::move(file.value());
    } else {
        patient.file_problem = file.error().message;
    }
}

/// The node read its clock at some moment of the exchange; the middle is the best guess.
std::optional<Patient::Clock> clock_of(Session& session, Agents& agents, const Agent& agent) {
    const std::int64_t before = session.surroundings.wall_milliseconds();
    const auto cluster = agents.get_from(agent, "/v1/cluster");
    const std::int64_t trip = session.surroundings.wall_milliseconds() - before;
    if (!cluster || !field(cluster.value(), "wall_ms").is_number()) return std::nullopt;
    return Patient::Clock{number_of(cluster.value(), "wall_ms") - (before + trip / 2),
                          (trip + 1) / 2};
}

void ask_cluster(Session& session, Patient& patient) {
    const auto agents = session.agents();
    if (!agents) {
        patient.cluster_problem = agents.error().message;
        return;
    }
    auto cluster = agents.value()->cluster();
    if (cluster) {
        patient.cluster = std::move(cluster.value());
    } else {
        patient.cluster_problem = cluster.error().message;
    }
    for (Agent agent : agents.value()->located().agents) {
        auto detailed = agents.value()->get_from(agent, "/health/detailed");
        Patient::Node node{std::move(agent), Json(), "", std::nullopt};
        if (detailed) {
            node.clock = clock_of(session, *agents.value(), node.agent);
            node.detailed = std::move(detailed.value());
            if (node.agent.name.empty()) node.agent.name = text_of(node.detailed, "node");
        } else {
            node.problem = detailed.error().message;
        }
        patient.nodes.push_back(std::move(node));
    }
    std::ranges::sort(patient.nodes, {}, [](const auto& node) { return node.agent.name; });
}

/// `--node` or the environment; a host name that is no node is no error here.
std::string this_node(Session& session, const Patient& patient) {
    const std::string given = session.invocation.text("node");
    if (!patient.file) return given;
    const auto resolved = config::resolve_node(*patient.file, given);
    return resolved ? resolved.value().node.text : given;
}

Json finding_json(const Finding& one) {
    return {{"id", one.id},
            {"title", one.title},
            {"severity", name_of(one.severity)},
            {"evidence", one.evidence},
            {"why", one.why},
            {"fix", one.fix}};
}

std::vector<std::string> details(const std::vector<Finding>& findings) {
    std::vector<std::string> lines;
    for (const Finding& one : findings) {
        lines.push_back(one.id + "  " + name_of(one.severity) + "  " + one.title);
        if (one.severity == Severity::fine) continue;
        lines.push_back("    seen: " + one.evidence);
        if (one.severity == Severity::skipped) continue;
        lines.push_back("    why:  " + one.why);
        lines.push_back("    fix:  " + one.fix);
    }
    return lines;
}

}  // namespace

Outcome<Answer> doctor(Session& session) {
    Patient patient;
    read_file(session, patient);
    ask_cluster(session, patient);
    if (session.surroundings.interrupted()) return Failure{ExitCode::interrupted, "interrupted"};
    patient.node = this_node(session, patient);
    std::vector<Finding> findings;
    check_cluster(patient, findings);
    check_machine(patient, findings);
    std::ranges::sort(findings, {}, &Finding::id);

    Answer answer;
    answer.data = Json::array();
    Table table{.columns = {{"ID"}, {"SEVERITY"}, {"CHECK"}, {"SEEN"}}, .rows = {}};
    std::size_t errors = 0;
    std::size_t warnings = 0;
    for (const Finding& one : findings) {
        answer.data.push_back(finding_json(one));
        table.rows.push_back({one.id, name_of(one.severity), one.title, one.evidence});
        errors += one.severity == Severity::error ? 1U : 0U;
        warnings += one.severity == Severity::warning ? 1U : 0U;
    }
    answer.summary = std::to_string(findings.size()) + " checks, " + std::to_string(errors) +
                     " errors, " + std::to_string(warnings) + " warnings";
    const std::string format = session.invocation.text("format");
    const bool tabular = format == "csv" || format == "wide" || format == "name";
    if (tabular) answer.tables = {std::move(table)};
    if (!tabular) answer.heading = details(findings);
    if (!tabular) answer.heading.push_back(answer.summary);
    answer.code = errors == 0 ? ExitCode::done : ExitCode::condition_false;
    if (patient.cluster.is_null() && errors != 0) answer.code = ExitCode::unknown;
    return answer;
}

}  // namespace baton::cli
