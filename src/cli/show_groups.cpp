#include "cli/functions.hpp"
#include "cli/session.hpp"

namespace baton::cli {
namespace {

/// What keeps an instance from a role although it is well.
std::string tags_of(const Json& instance) {
    std::vector<std::string> tags;
    for (const char* const tag : {"nofailover", "noloadbalance"}) {
        if (flag_of(instance, tag)) tags.emplace_back(tag);
    }
    return joined(tags, ",");
}

Table instance_table(const Json& instances) {
    Table table{.columns = {{"INSTANCE"},
                            {"NODE"},
                            {"ROLE"},
                            {"HEALTH"},
                            {"LAG-BYTES", true},
                            {"ADDRESS"},
                            {"PID", true, true},
                            {"PRIORITY", true, true},
                            {"TAGS"},
                            {"PROCESS", false, true},
                            {"REASON"}},
                .rows = {}};
    for (const Json& one : instances) {
        table.rows.push_back(
            {cell(one, "id"), cell(one, "node"), cell(one, "role"), cell(one, "health"),
             cell(one, "lag_bytes"), cell(one, "host") + ":" + cell(one, "port"), cell(one, "pid"),
             cell(one, "priority"), tags_of(one), cell(one, "process"), text_of(one, "problem")});
    }
    return table;
}

std::string group_line(const Json& group) {
    const Json& primary = field(group, "primary");
    std::string line = "group " + cell(group, "name") + ": " + cell(group, "phase") + ", epoch " +
                       cell(group, "epoch") + ", ";
    line += primary.is_null()
                ? "no primary"
                : "primary " + cell(primary, "instance") + " on " + cell(primary, "node");
    if (flag_of(group, "paused")) line += ", paused: no automatic failover";
    return line;
}

/// The replication of all groups, or of the one that was named.
Outcome<Json> wanted_replication(Session& session, Agents& agents) {
    const std::string wanted = session.invocation.argument(0);
    BATON_TRY(const Json cluster, agents.cluster());
    if (!wanted.empty()) {
        BATON_TRY(find_group(cluster, wanted));
    }
    BATON_TRY(const Json all, agents.get("/v1/replication"));
    Json groups = Json::array();
    for (const Json& group : all) {
        if (wanted.empty() || text_of(group, "group") == wanted) groups.push_back(group);
    }
    return groups;
}

}  // namespace

Outcome<Answer> group_list(Session& session) {
    BATON_TRY(Agents* const agents, session.agents());
    BATON_TRY(const Json cluster, agents->cluster());
    Answer answer{.shape = Shape::names};
    Table table{.columns = {{"NAME"},
                            {"KIND"},
                            {"PHASE"},
                            {"EPOCH", true},
                            {"PRIMARY"},
                            {"NODE"},
                            {"INSTANCES", true},
                            {"PAUSED"}},
                .rows = {}};
    for (const Json& group : field(cluster, "groups")) {
        const Json& primary = field(group, "primary");
        table.rows.push_back(
            {cell(group, "name"), cell(group, "kind"), cell(group, "phase"), cell(group, "epoch"),
             cell(primary, "instance"), cell(primary, "node"),
             std::to_string(field(group, "instances").size()), cell(group, "paused")});
    }
    answer.tables = {std::move(table)};
    answer.data = field(cluster, "groups");
    if (answer.data.is_null()) answer.data = Json::array();
    add_notes(answer, cluster, *agents);
    return answer;
}

Outcome<Answer> group_show(Session& session) {
    BATON_TRY(Agents* const agents, session.agents());
    BATON_TRY(const Json cluster, agents->cluster());
    BATON_TRY(Json group, find_group(cluster, session.invocation.argument(0)));
    Answer answer;
    answer.summary = group_line(group);
    answer.heading = {answer.summary};
    const Json& decision = field(group, "last_decision");
    if (!decision.is_null()) {
        answer.heading.push_back("last decision: " + cell(decision, "rule") + ": " +
                                 cell(decision, "why"));
    }
    const Json& loss = field(group, "last_loss");
    if (!loss.is_null()) {
        answer.heading.push_back("last change of primary (epoch " + cell(loss, "epoch") +
                                 "): " + cell(loss, "text"));
    }
    answer.tables = {instance_table(field(group, "instances"))};
    answer.data = std::move(group);
    add_notes(answer, cluster, *agents);
    return answer;
}

Outcome<Answer> replication_status(Session& session) {
    BATON_TRY(Agents* const agents, session.agents());
    BATON_TRY(Json groups, wanted_replication(session, *agents));
    Answer answer{.shape = Shape::rows};
    Table table{.columns = {{"INSTANCE"},
                            {"GROUP"},
                            {"NODE"},
                            {"ROLE"},
                            {"LINK"},
                            {"OFFSET", true},
                            {"LAG-BYTES", true},
                            {"BYTES/S", true, true},
                            {"BACKLOG", true, true},
                            {"REASON"}},
                .rows = {}};
    for (const Json& group : groups) {
        for (const Json& one : field(group, "instances")) {
            table.rows.push_back({cell(one, "id"), cell(group, "group"), cell(one, "node"),
                                  cell(one, "role"), cell(one, "link"), cell(one, "offset"),
                                  cell(one, "lag_bytes"), cell(one, "bytes_per_second"),
                                  cell(one, "backlog_bytes"), text_of(one, "problem")});
        }
    }
    answer.tables = {std::move(table)};
    answer.data = std::move(groups);
    return answer;
}

Outcome<Answer> replication_lag(Session& session) {
    BATON_TRY(Agents* const agents, session.agents());
    BATON_TRY(const Json groups, wanted_replication(session, *agents));
    Answer answer{.shape = Shape::rows};
    answer.data = Json::array();
    Table table{.columns = {{"INSTANCE"}, {"GROUP"}, {"NODE"}, {"LAG-BYTES", true}, {"REASON"}},
                .rows = {}};
    for (const Json& group : groups) {
        for (const Json& one : field(group, "instances")) {
            if (text_of(one, "role") == "primary") continue;
            table.rows.push_back({cell(one, "id"), cell(group, "group"), cell(one, "node"),
                                  cell(one, "lag_bytes"), text_of(one, "problem")});
            answer.data.push_back({{"group", field(group, "group")},
                                   {"id", field(one, "id")},
                                   {"node", field(one, "node")},
                                   {"lag_bytes", field(one, "lag_bytes")}});
        }
    }
    answer.tables = {std::move(table)};
    return answer;
}

Outcome<Answer> quarantine_list(Session& session) {
    BATON_TRY(Agents* const agents, session.agents());
    BATON_TRY(const Json groups, wanted_replication(session, *agents));
    Answer answer{.shape = Shape::rows};
    answer.data = Json::array();
    Table table{.columns = {{"PLACE"}, {"NODE"}, {"INSTANCE"}, {"GROUP"}}, .rows = {}};
    for (const Json& group : groups) {
        for (const Json& one : field(group, "instances")) {
            for (const Json& place : field(one, "quarantine")) {
                table.rows.push_back({place.get<std::string>(), cell(one, "node"), cell(one, "id"),
                                      cell(group, "group")});
                answer.data.push_back({{"place", place},
                                       {"node", field(one, "node")},
                                       {"instance", field(one, "id")},
                                       {"group", field(group, "group")}});
            }
        }
    }
    answer.tables = {std::move(table)};
    return answer;
}

}  // namespace baton::cli
