#include "cli/commands.hpp"

#include "cli/command_tables.hpp"
#include "cli/functions.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

namespace baton::cli {
namespace {

using Commands = std::vector<Command>;

const Argument group_argument{"GROUP", "name of the group", Values::groups};

Commands cluster_commands() {
    return {
        {.noun = "cluster",
         .verb = "status",
         .summary = "Show nodes, groups and who leads",
         .description =
             "One page about the whole cluster: every node with its health, every group with "
             "its primary. Nodes that do not answer are shown with the reason.",
         .examples = {{"baton cluster status", "the whole cluster on one page"},
                      {"baton cluster status --watch", "the same, redrawn every two seconds"},
                      {"baton cluster status --format json", "for programs"}},
         .run = cluster_status},
        {.noun = "cluster",
         .verb = "health",
         .summary = "Say in a few lines whether the cluster is well",
         .description = "Ends with 0 if nothing is missing, 1 if something is, and names what.",
         .examples = {{"baton cluster health", "what is wrong, if anything"},
                      {"watch -n 2 'baton cluster health --format=summary'", "one line, repeated"}},
         .run = cluster_health},
        {.noun = "cluster",
         .verb = "health-score",
         .summary = "Print the health as a number from 0 to 100",
         .description = "100 only if nothing is missing. Prints the number and nothing else.",
         .examples = {{"[ \"$(baton cluster health-score)\" -lt 80 ] && echo degraded",
                       "in a script"}},
         .run = cluster_health_score},
    };
}

Commands node_commands() {
    return {
        {.noun = "node",
         .verb = "list",
         .summary = "List the nodes",
         .description = "Through a pipe one name per line, so that a shell can loop over them.",
         .options = {{.name = "unhealthy", .value = "", .help = "only nodes that are not healthy"}},
         .examples = {{"baton node list", "a table on a terminal"},
                      {"for node in $(baton node list); do echo \"$node\"; done",
                       "names for a loop"},
                      {"baton node list --format=json | jq '.[] | select(.phi > 6)'",
                       "nodes under suspicion"}},
         .run = node_list},
        {.noun = "node",
         .verb = "is-healthy",
         .summary = "Ask whether one node is healthy",
         .description =
             "Ends with 0 if it is, 1 if it is not, and 4 if the cluster cannot be asked: "
             "then nothing is known about the node, and nothing should be done to it.",
         .arguments = {{"NODE", "name of the node", Values::nodes, false}},
         .options = {node_option("name of the node, instead of the word")},
         .examples = {{"baton node is-healthy --node=web-2", "exit code only needs testing"},
                      {"baton node is-healthy web-2 || echo \"code $?\"",
                       "1: no, 4: nobody knows"}},
         .run = node_is_healthy},
        {.noun = "node",
         .verb = "replace",
         .summary = "Let a known node come back with a new data directory",
         .description =
             "For a node whose directory was lost or emptied. Start its agent first: it waits "
             "without a vote. Then its vote is taken away, the new directory is admitted, and "
             "the vote is given back once the log is copied. Repeat the command to go on "
             "waiting.",
         .options = {node_option("the node that comes back"),
                     {.name = "wait",
                      .value = "DURATION",
                      .help = "how long to wait for the end, 0s: not at all (default 1m)"},
                     {.name = "dry-run", .value = "", .help = "show the plan, change nothing"},
                     {.name = "yes", .value = "", .help = "do not ask"},
                     {.name = "confirm", .value = "", .help = "the same as --yes"},
                     {.name = "reason", .value = "TEXT", .help = "why, for the record"}},
         .examples = {{"baton node replace --node=web-3", "after showing the plan"},
                      {"baton node replace --node=web-3 --yes", "in a script"}},
         .danger = Danger::moderate,
         .run = node_replace},
    };
}

Commands raft_commands() {
    return {
        {.noun = "raft",
         .verb = "status",
         .summary = "Show consensus on every node",
         .description = "Asks every node itself. A node has caught up when its match index is the "
                        "leader's commit index.",
         .options = {node_option("only this node")},
         .examples = {{"baton raft status", "all nodes"},
                      {"baton raft status --node=web-2", "has web-2 caught up?"}},
         .run = raft_status},
        {.noun = "raft",
         .verb = "leader",
         .summary = "Print the name of the node that leads consensus",
         .description = "Prints the name and nothing else; ends with 4 if nobody leads.",
         .examples = {{"baton raft leader", ""}},
         .run = raft_leader},
        {.noun = "raft",
         .verb = "quorum-status",
         .summary = "Show which nodes have a majority in reach",
         .description =
             "Asks every node itself, so that both sides of a cut network can be seen. Ends "
             "with 0 if the node asked for (without --node: any node) has quorum, else 1.",
         .options = {node_option("ask only this node")},
         .examples = {{"baton raft quorum-status", "every node's own view"},
                      {"baton raft quorum-status --node=web-2", "the view of one"}},
         .run = raft_quorum_status},
        {.noun = "raft",
         .verb = "transfer",
         .summary = "Hand the leadership of consensus to another node",
         .description = "Changes which node decides, not which instance serves. A node that "
                        "holds a primary hands it on to one that holds none, once all groups "
                        "have been steady for ten seconds.",
         .options = {{.name = "to",
                      .value = "NODE",
                      .help = "the voter that is to lead",
                      .values = Values::nodes}},
         .examples = {{"baton raft transfer --to web-2", ""}},
         .danger = Danger::mild,
         .run = raft_transfer},
    };
}

std::vector<Option> change_options(bool with_target) {
    std::vector<Option> options;
    if (with_target) {
        options.push_back(
            {.name = "to",
             .value = "INSTANCE",
             .help = "instance (or its node) that is to be primary; by default the best",
             .values = Values::instances});
        options.push_back({.name = "wait",
                           .value = "DURATION",
                           .help = "how long to wait for the end, 0s: not at all (default 30s)"});
    }
    options.push_back({.name = "dry-run", .value = "", .help = "show the plan, change nothing"});
    options.push_back({.name = "yes", .value = "", .help = "do not ask"});
    options.push_back({.name = "reason", .value = "TEXT", .help = "why, for the record"});
    return options;
}

Commands group_show_commands() {
    return {
        {.noun = "group",
         .verb = "list",
         .summary = "List the groups",
         .description = "Through a pipe one name per line.",
         .examples = {{"baton group list", ""},
                      {"baton group list --format json | jq '.[].primary.node'",
                       "nodes that serve"}},
         .run = group_list},
        {.noun = "group",
         .verb = "show",
         .summary = "Show one group with its instances",
         .description = "Phase, epoch, primary, lag of every instance, and the last decision.",
         .arguments = {group_argument},
         .examples = {{"baton group show orders", ""},
                      {"baton group show orders --format yaml", ""}},
         .run = group_show},
    };
}

Command reinit_command() {
    return {
        .noun = "group",
        .verb = "reinit",
        .summary = "Throw a standby's data away and copy it anew",
        .description =
            "For a standby whose data is damaged, or in the way. It ends, the files in its "
            "directory are removed, and it starts empty and copies everything from the primary. "
            "Refused for the primary, and while nobody can give a copy. May be repeated.",
        .arguments = {group_argument},
        .options = {{.name = "instance",
                     .value = "INSTANCE",
                     .help = "the standby",
                     .values = Values::instances},
                    {.name = "wait",
                     .value = "DURATION",
                     .help = "how long to wait until it follows, 0s: not at all (default 1m)"},
                    {.name = "dry-run", .value = "", .help = "show the plan, change nothing"},
                    {.name = "yes", .value = "", .help = "do not ask"},
                    {.name = "reason", .value = "TEXT", .help = "why, for the record"}},
        .examples = {{"baton group reinit orders --instance orders-b", "after showing the plan"},
                     {"baton group reinit orders --instance orders-b --yes", "in a script"}},
        .danger = Danger::moderate,
        .run = group_reinit};
}

Commands group_change_commands() {
    auto failover_options = change_options(true);
    failover_options.push_back({.name = "force",
                                .value = "",
                                .help = "accept the stated loss and do not ask; needs --reason"});
    return {
        {.noun = "group",
         .verb = "switchover",
         .summary = "Change the primary as planned, without losing a write",
         .description =
             "Pauses writes, lets the successor catch up, demotes first and promotes second. "
             "Undone by itself if the successor does not catch up in time.",
         .arguments = {group_argument},
         .options = change_options(true),
         .examples = {{"baton group switchover orders",
                       "to the best standby, after showing the plan"},
                      {"baton group switchover orders --to orders-b --yes", "in a script"},
                      {"baton group switchover orders --dry-run",
                       "who could take over, and who not"}},
         .danger = Danger::moderate,
         .run = group_switchover},
        {.noun = "group",
         .verb = "failover",
         .summary = "Replace a primary that is gone or cannot be helped",
         .description =
             "The old primary need not answer. Writes it alone holds are lost; the plan says "
             "how many. If the primary still serves, a switchover loses nothing.",
         .arguments = {group_argument},
         .options = std::move(failover_options),
         .examples = {{"baton group failover orders", "after showing the plan"},
                      {"baton group failover orders --force --reason 'web-1 burnt down'",
                       "unattended, recorded"}},
         .danger = Danger::moderate,
         .run = group_failover},
        reinit_command(),
        {.noun = "group",
         .verb = "pause",
         .summary = "Stop automatic failover of a group",
         .description =
             "For work on the servers. While paused nobody replaces a primary that dies.",
         .arguments = {group_argument},
         .options = change_options(false),
         .examples = {{"baton group pause orders --reason 'kernel update'", ""}},
         .danger = Danger::moderate,
         .run = group_pause},
        {.noun = "group",
         .verb = "resume",
         .summary = "Allow automatic failover of a group again",
         .description = "Ends a pause.",
         .arguments = {group_argument},
         .options = change_options(false),
         .examples = {{"baton group resume orders", ""}},
         .danger = Danger::mild,
         .run = group_resume},
    };
}

Commands history_commands() {
    return {
        {.noun = "replication",
         .verb = "status",
         .summary = "Show who replicates from whom",
         .description = "Every instance with its role, its link and its position; with --format "
                        "wide also how fast its history grows, and how much of it is kept for "
                        "standbys that come back.",
         .arguments = {{"GROUP", "only this group", Values::groups, false}},
         .examples = {{"baton replication status", ""}},
         .run = replication_status},
        {.noun = "replication",
         .verb = "lag",
         .summary = "Show how far the standbys are behind, in bytes",
         .description = "A dash means that the position is not known or not comparable.",
         .arguments = {{"GROUP", "only this group", Values::groups, false}},
         .examples = {{"watch -n 5 'baton replication lag --format=table'", ""}},
         .run = replication_lag},
        {.noun = "quarantine",
         .verb = "list",
         .summary = "Show what returning servers held alone, and where it is kept",
         .description = "Directories on the nodes of the instances; the manifest.json in each says "
                        "what it is and how to look at it.",
         .arguments = {{"GROUP", "only this group", Values::groups, false}},
         .examples = {{"baton quarantine list", ""}},
         .run = quarantine_list},
        {.noun = "events",
         .summary = "Show what happened, oldest first",
         .description = "Gathers the history of every node that answers.",
         .options = {{.name = "follow", .value = "", .help = "go on with what happens from now on"},
                     {.name = "limit", .value = "NUMBER", .help = "newest so many (default 50)"}},
         .examples = {{"baton events", ""},
                      {"baton events --follow", "until Ctrl-C"},
                      {"baton events --format json --limit 500", "for programs"}},
         .run = events},
        {.noun = "why",
         .summary = "Explain the decisions about a group",
         .description = "Each decision with its rule, its reason and the facts it was taken on.",
         .arguments = {group_argument,
                       {"EPOCH", "only decisions of this epoch", Values::none, false}},
         .examples = {{"baton why orders", "all decisions still kept"},
                      {"baton why orders 4", "how epoch 4 came about"}},
         .run = why},
    };
}

Commands all_commands() {
    Commands all;
    for (auto make :
         {cluster_commands, cluster_diagnosis_commands, scale_commands, node_commands,
          node_fencing_commands, node_duty_commands, raft_commands, raft_log_commands,
          partition_commands, group_show_commands, group_change_commands, history_commands,
          config_commands, tls_commands, access_commands, local_commands, program_commands}) {
        std::ranges::move(make(), std::back_inserter(all));
    }
    return all;
}

}  // namespace

std::span<const Command> commands() {
    static const Commands all = all_commands();
    return all;
}

std::vector<std::string> nouns() {
    std::vector<std::string> found;
    for (const Command& command : commands()) {
        if (!command.hidden && std::ranges::find(found, command.noun) == found.end()) {
            found.push_back(command.noun);
        }
    }
    return found;
}

std::vector<const Command*> verbs_of(const std::string& noun) {
    std::vector<const Command*> found;
    for (const Command& command : commands()) {
        if (command.noun == noun && !command.hidden) found.push_back(&command);
    }
    return found;
}

const Command* find_command(const std::string& noun, const std::string& verb) {
    for (const Command& command : commands()) {
        if (command.noun == noun && command.verb == verb) return &command;
    }
    return nullptr;
}

std::string noun_summary(const std::string& noun) {
    static const std::map<std::string, std::string> summaries{
        {"cluster", "The cluster as a whole"},
        {"node", "Machines with an agent"},
        {"raft", "Agreement among the agents"},
        {"partition", "Sides of a cut network"},
        {"group", "Replicated services: show them, change their primary"},
        {"replication", "Who copies from whom, and how far behind"},
        {"config", "The cluster file"},
        {"tls", "Certificates of the agents"},
        {"token", "Tokens of the API"},
        {"playground", "A whole cluster on this machine"},
    };
    const auto found = summaries.find(noun);
    if (found != summaries.end()) return found->second;
    const Command* const command = find_command(noun, "");
    return command == nullptr ? "" : command->summary;
}

}  // namespace baton::cli
