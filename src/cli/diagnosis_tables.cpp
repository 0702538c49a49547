// The part of the command table that finds out what is wrong.
#include "cli/command_tables.hpp"
#include "cli/functions.hpp"

namespace baton::cli {

std::vector<Command> cluster_diagnosis_commands() {
    return {
        {.noun = "cluster",
         .verb = "check-partition",
         .summary = "Show which nodes hear each other",
         .description =
             "Asks the agent of every node whom it hears, and shows the groups of nodes that hear "
             "each other and every silence with its direction. The link from there is the silent "
             "node's own connection: down means that it cannot even be built. A node that is not "
             "seen is dead or cut off from everybody, which nobody can tell apart. Ends with 0 if "
             "every node hears every other, 1 if not, and 4 if too few were asked to know.",
         .examples = {{"baton cluster check-partition", "groups of nodes, and who is silent"},
                      {"baton cluster check-partition || echo \"code $?\"",
                       "1: partitioned, 4: nobody knows"},
                      {"baton cluster check-partition --format json | jq '.silences'",
                       "broken links for a program"}},
         .run = cluster_check_partition},
        {.noun = "cluster",
         .verb = "verify-consistency",
         .summary = "Compare what the nodes have agreed on",
         .description =
             "Asks every node for a digest of its state until all are at one index of the log. "
             "Ends with 0 if all voters hold the same state, 1 if one does not, and names it, and "
             "4 if a voter does not answer or the nodes are never at one index. It compares what "
             "the cluster agreed on, not the data of the servers.",
         .options = {{.name = "wait",
                      .value = "DURATION",
                      .help = "how long to wait for a common index (default 10s)"}},
         .examples = {{"baton cluster verify-consistency", "after a repair"},
                      {"baton cluster verify-consistency --format=summary", "one line"}},
         .run = cluster_verify_consistency},
    };
}

std::vector<Command> node_fencing_commands() {
    return {
        {.noun = "node",
         .verb = "fencing",
         .summary = "Show what keeps each node from acting when it should not",
         .description =
             "Tier 0g: a guard kills the servers of a node whose lease ends, also when its agent "
             "is dead or frozen; tier 0: the agent alone does. A takeover follows the committed "
             "tier: with 0g it waits so many milliseconds from the last renewal, with less it "
             "waits for proof that the servers are closed. Closed and late are what the node's "
             "guard measured since it started; a dash means that it never had to, or that the "
             "node does not answer.",
         .options = {node_option("only this node")},
         .examples = {{"baton node fencing", "every node"},
                      {"baton node fencing --node=web-2 -o wide", "one node, every figure"}},
         .run = node_fencing},
    };
}

std::vector<Command> raft_log_commands() {
    return {
        {.noun = "raft",
         .verb = "snapshot",
         .summary = "Make a snapshot of what a node has applied",
         .description =
             "Snapshots come by themselves every so many entries (consensus.snapshot_threshold); "
             "this makes one now, without the log being dropped. Prints the index of the last "
             "entry it covers. When nothing was applied since the last one it says so and ends "
             "with 0.",
         .arguments = {{"ACTION", "create", Values::words, true, "create"}},
         .options = {node_option("the node that makes it; by default the one that leads")},
         .examples = {{"baton raft snapshot create", "on the node that leads"},
                      {"baton raft snapshot create --node=web-2", "on another"}},
         .danger = Danger::mild,
         .run = raft_snapshot},
        {.noun = "raft",
         .verb = "log",
         .summary = "Drop the part of a node's log that its snapshot covers",
         .description =
             "Prints the index of the first entry that is left. On the node that leads, entries "
             "that a node in contact still lacks stay; a node that is away longer is sent the "
             "snapshot. When there is nothing to drop it says so and ends with 0; a newer snapshot "
             "allows more: baton raft snapshot create.",
         .arguments = {{"ACTION", "compact", Values::words, true, "compact"}},
         .options = {node_option("the node whose log it is; by default the one that leads")},
         .examples = {{"baton raft log compact", "on the node that leads"},
                      {"baton raft log compact --node=web-2", "on another"}},
         .danger = Danger::mild,
         .run = raft_log},
    };
}

std::vector<Command> partition_commands() {
    return {
        {.noun = "partition",
         .verb = "identify-majority",
         .summary = "Print the nodes of the side that can decide",
         .description =
             "The side of a cut network in which a voter and those it talks with are a majority of "
             "all voters. One name per line; \"none\" and 1 if no side is one, 4 and nothing if "
             "too few nodes can be asked to know.",
         .examples = {{"baton partition identify-majority", ""}},
         .run = partition_identify_majority},
        {.noun = "partition",
         .verb = "list-minority",
         .summary = "Print the nodes that are cut off from the majority",
         .description =
             "One name per line. While nothing is cut off, the nodes of the last incident, as far "
             "as an agent that saw it still runs; stderr says from when to when it was. Ends with "
             "1 if no side has a majority: then none is the minority; 4 if that is not known.",
         .examples = {{"for node in $(baton partition list-minority); do echo \"$node\"; done",
                       "names for a loop, also after the repair"}},
         .run = partition_list_minority},
    };
}

}  // namespace baton::cli
