// The commands about this machine: its cluster file, its playground, its agent.
#include "cli/command_tables.hpp"
#include "cli/functions.hpp"

namespace baton::cli {

Option node_option(const std::string& help) {
    return {.name = "node", .value = "NODE", .help = help, .values = Values::nodes};
}

std::vector<Command> config_commands() {
    return {
        {.noun = "config",
         .verb = "check",
         .summary = "Check a cluster file without using it",
         .description =
             "Reports every problem with file, line and key; ends with 1 if there is any.",
         .arguments = {{"FILE", "the cluster file", Values::files}},
         .examples = {{"baton config check /etc/baton/baton.yaml", ""}},
         .run = config_check},
        {.noun = "config",
         .verb = "diff",
         .summary = "Compare a cluster file with what the cluster declares",
         .description = "Ends with 1 if anything differs. What is refused is marked, with the "
                        "reason.",
         .arguments = {{"FILE", "the cluster file (default: the one in use)", Values::files,
                        false}},
         .examples = {{"baton config diff new.yaml", "what would change"}},
         .run = config_diff},
        {.noun = "config",
         .verb = "apply",
         .summary = "Declare what a cluster file says",
         .description =
             "Shows the differences, asks, and lets the cluster agree on the new declaration; "
             "the agents carry it out. Refused as a whole if a part is refused, or if somebody "
             "else declared something meanwhile. No primary is stopped by it.",
         .arguments = {{"FILE", "the cluster file (default: the one in use)", Values::files,
                        false}},
         .options = {{.name = "dry-run", .value = "", .help = "show the plan, change nothing"},
                     {.name = "yes", .value = "", .help = "do not ask"},
                     {.name = "reason", .value = "TEXT", .help = "why, for the record"}},
         .examples = {{"baton config apply new.yaml", "after showing the plan"},
                      {"baton config apply new.yaml --yes", "in a script"}},
         .danger = Danger::moderate,
         .run = config_apply},
    };
}

std::vector<Command> local_commands() {
    const Option nodes{.name = "nodes", .value = "NUMBER", .help = "how many nodes (default 3)"};
    return {
        {.noun = "doctor",
         .summary = "Look for everything that would hurt in an emergency",
         .description =
             "Each check has a stable id, and says what was seen, why it matters and how to "
             "mend it. Ends with 1 if a check found an error.",
         .options = {node_option("name of this machine's node, for the local checks")},
         .examples = {{"baton doctor", ""}, {"baton doctor --format json", "for monitoring"}},
         .run = doctor},
        {.noun = "playground",
         .verb = "up",
         .summary = "Start a whole cluster with real servers on this machine",
         .description =
             "Needs no root; started by root, servers run as the owner of DIR, or as nobody. "
             "Returns when every group is steady; runs until `playground down`.",
         .options = {nodes,
                     {.name = "tls",
                      .value = "",
                      .help = "with certificates of its own; agents and API speak TLS"}},
         .examples = {{"baton playground up --dir play", "three nodes, one Redis group"},
                      {"baton --dir play cluster status", "and look at it"}},
         .run = playground_up},
        {.noun = "playground",
         .verb = "down",
         .summary = "Stop a playground",
         .description =
             "Stops everything the playground started and leaves the directory in place.",
         .examples = {{"baton playground down --dir play", ""}},
         .run = playground_down},
        {.noun = "playground",
         .verb = "status",
         .summary = "Show what of a playground runs",
         .description = "Looks at the processes themselves and asks no agent.",
         .examples = {{"baton playground status --dir play", ""}},
         .run = playground_status},
    };
}

std::vector<Command> program_commands() {
    return {
        {.noun = "agent",
         .summary = "Run the agent of this machine",
         .description =
             "The daemon: takes part in consensus, keeps the servers of this node. Which node "
             "it is comes from --node, BATON_NODE or the host name.",
         .options =
             {node_option("which node of the cluster file this machine is"),
              {.name = "foreground", .value = "", .help = "started by the guard", .hidden = true}},
         .examples = {{"baton agent --config /etc/baton/baton.yaml", ""},
                      {"baton agent --config baton.yaml --node web-1", ""}},
         .run = agent},
        {.noun = "completion",
         .summary = "Print shell completion",
         .description = "Completes commands, options and the names of nodes and groups.",
         .arguments = {{"SHELL", "bash, zsh or fish", Values::words, true, "bash zsh fish"}},
         .examples = {{"source <(baton completion bash)", "in this shell"},
                      {"baton completion zsh > ~/.zfunc/_baton", "for every zsh"},
                      {"baton completion fish | source", "in this fish"}},
         .run = completion},
        {.noun = "version",
         .summary = "Print the version",
         .description = "Prints the version and nothing else.",
         .examples = {{"baton version", ""}},
         .run = show_version},
    };
}

}  // namespace baton::cli
