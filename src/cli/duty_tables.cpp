// The part of the command table that says what a node may do.
#include "cli/command_tables.hpp"
#include "cli/functions.hpp"

namespace baton::cli {
namespace {

/// Adds what everybody takes who shows a plan and asks before acting.
std::vector<Option> asking(std::vector<Option> options) {
    options.push_back({.name = "dry-run", .value = "", .help = "show the plan, change nothing"});
    options.push_back({.name = "yes", .value = "", .help = "do not ask"});
    options.push_back({.name = "confirm", .value = "", .help = "the same as --yes"});
    options.push_back({.name = "reason", .value = "TEXT", .help = "why, for the record"});
    return options;
}

std::vector<Option> duty_options(const std::string& node_help, std::vector<Option> own) {
    std::vector<Option> options{node_option(node_help)};
    for (Option& each : own) options.push_back(std::move(each));
    options.push_back(
        {.name = "wait",
         .value = "DURATION",
         .help = "how long to wait until it is carried out, 0s: not at all (default 30s)"});
    return asking(std::move(options));
}

Command restart_command() {
    return {
        .noun = "node",
        .verb = "restart",
        .summary = "Restart the agent of a node, a frozen one too",
        .description =
            "Its servers go on, and their primaries keep their role. An agent that answers ends "
            "itself; one that does not is ended by its guard, which can be asked only on the "
            "node's own machine. With --servers its standby servers are restarted as well; while "
            "one is a primary that is refused: drain the node first. Ends with 4 if neither "
            "agent nor guard can be reached: then nothing was done.",
        .options = {node_option("the node to restart"),
                    {.name = "servers", .value = "", .help = "its standby servers as well"},
                    {.name = "wait",
                     .value = "DURATION",
                     .help = "how long to wait until it is healthy, 0s: not at all (default 30s)"},
                    {.name = "dry-run", .value = "", .help = "show the plan, change nothing"},
                    {.name = "reason", .value = "TEXT", .help = "why, for the record"}},
        .examples = {{"baton node restart --node=web-2", "and wait until it is healthy"},
                     {"baton node restart --node=web-2 --servers", "with its standby servers"}},
        .danger = Danger::mild,
        .run = node_restart};
}

Command switched_off_command() {
    return {
        .noun = "node",
        .verb = "switched-off",
        .summary = "Give your word that a silent node's machine is off",
        .description =
            "A group whose primary was on a node that neither its guard nor its kernel closes, and "
            "that is silent, waits for proof that nothing acts there any more. Your word is taken "
            "for that proof and recorded with your name. Give it only after the power is off, the "
            "virtual machine is stopped, or its servers cannot be reached by anybody, and see that "
            "it stays so until the group has a primary. Refused while the node is heard, and when "
            "no group waits for it.",
        .options = asking({node_option("the node whose machine is off")}),
        .examples = {{"baton node switched-off --node=web-2 --reason 'plug pulled'",
                      "after showing the plan"}},
        .danger = Danger::moderate,
        .run = node_switched_off};
}

}  // namespace

std::vector<Command> scale_commands() {
    return {
        {.noun = "cluster",
         .verb = "scale",
         .summary = "Add nodes to the cluster, or let one leave",
         .description =
             "--add-nodes takes the first so many nodes of FILE that the cluster does not know. "
             "Start their agents with that file, before or after: each joins as a learner, copies "
             "the log, and gets its vote, one at a time. --remove-node lets a node leave on which "
             "nothing is declared any more (baton config apply): it hands consensus on and loses "
             "its vote; refused if too few voters would be left to decide.",
         .arguments = {{"FILE", "the extended cluster file; by default the one in use",
                        Values::files, false}},
         .options = asking(
             {{.name = "add-nodes", .value = "NUMBER", .help = "how many nodes join"},
              {.name = "remove-node",
               .value = "NODE",
               .help = "the node that leaves",
               .values = Values::nodes},
              {.name = "wait",
               .value = "DURATION",
               .help = "how long to wait for the end, 0s: not at all (default 1m)"}}),
         .examples = {{"baton cluster scale --add-nodes=2 baton.yaml", "after showing the plan"},
                      {"baton cluster scale --remove-node=web-5 --yes", "in a script"}},
         .danger = Danger::moderate,
         .run = cluster_scale},
    };
}

std::vector<Command> node_duty_commands() {
    return {
        {.noun = "node",
         .verb = "fence",
         .summary = "Keep a node from acting until it rejoins",
         .description =
             "Its servers become standbys of nobody, its primaries are taken over by others, and "
             "it hands consensus on; it goes on voting. That is agreed on, so it holds across "
             "restarts of the node. A node that is not heard cannot confirm: it is kept from "
             "acting by the end of its leases, and fenced as soon as it hears of it; --force "
             "records that.",
         .options = duty_options(
             "the node to fence",
             {{.name = "force", .value = "", .help = "also a node that is not heard"}}),
         .examples = {{"baton node fence --node=web-2", "after showing the plan"},
                      {"baton node fence --node=web-2 --force --yes", "a node that is cut off"}},
         .danger = Danger::moderate,
         .run = node_fence},
        {.noun = "node",
         .verb = "drain",
         .summary = "Move primaries and leadership away from a node",
         .description =
             "For maintenance: each primary on it is handed over without loss, and consensus as "
             "well. The node goes on following and voting, and leads nothing again until it "
             "rejoins, unless no other can take over.",
         .options = duty_options("the node to drain", {}),
         .examples = {{"baton node drain --node=web-2 --reason 'new kernel'", "before a reboot"}},
         .danger = Danger::moderate,
         .run = node_drain},
        restart_command(),
        switched_off_command(),
        {.noun = "node",
         .verb = "rejoin",
         .summary = "Let a fenced or drained node do everything again",
         .description =
             "Its servers follow their primaries again. What they hold of a history that is over "
             "is discarded then; without --force-resync that is refused, with the amounts.",
         .options = duty_options("the node that comes back",
                                 {{.name = "force-resync",
                                   .value = "",
                                   .help = "discard what its servers hold that others do not"}}),
         .examples = {{"baton node rejoin --node=web-2", "after a repair"},
                      {"baton node rejoin --node=web-2 --force-resync --yes", "in a script"}},
         .danger = Danger::moderate,
         .run = node_rejoin},
    };
}

}  // namespace baton::cli
