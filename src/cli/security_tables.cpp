// The commands about certificates, tokens and the record of changes.
#include "cli/command_tables.hpp"
#include "cli/functions.hpp"

namespace baton::cli {

std::vector<Command> tls_commands() {
    const Option node{.name = "node", .value = "NODE", .help = "name of the node"};
    const Option days{
        .name = "days", .value = "NUMBER", .help = "how long it is valid (default 397)"};
    return {
        {.noun = "tls",
         .verb = "init",
         .summary = "Make an authority that signs the agents' certificates",
         .description =
             "Writes ca.crt and ca.key to DIR, valid for ten years. Nothing that exists is "
             "overwritten. Do this on one machine, and keep ca.key there.",
         .examples = {{"baton tls init --dir authority", ""}},
         .danger = Danger::mild,
         .run = tls_init},
        {.noun = "tls",
         .verb = "issue",
         .summary = "Make a key and a certificate for one node",
         .description =
             "Signed by the authority in DIR. The certificate names the node, and the hosts "
             "under which other agents, fronts and the command line reach it.",
         .options = {node,
                     {.name = "host",
                      .value = "HOST",
                      .help = "a name or address of the node; may be repeated",
                      .repeatable = true},
                     days},
         .examples = {{"baton tls issue --dir authority --node web-1 --host 10.0.0.1 --host "
                       "web-1.example.net",
                       "writes authority/web-1.crt and authority/web-1.key"}},
         .danger = Danger::mild,
         .run = tls_issue},
        {.noun = "tls",
         .verb = "renew",
         .summary = "Make a later certificate for the same node, names and key",
         .description =
             "Replaces NODE.crt in DIR in one step. An agent reads its files every two seconds, "
             "so that it needs no restart.",
         .options = {node, days},
         .examples = {{"baton tls renew --dir authority --node web-1", ""}},
         .danger = Danger::mild,
         .run = tls_renew},
    };
}

std::vector<Command> access_commands() {
    return {
        {.noun = "token",
         .verb = "add",
         .summary = "Make a token for the API and print it once",
         .description =
             "Appends a line with a salted hash to FILE, which agents read anew when it changes. "
             "To take a token back, remove its line. Roles: read looks; operate also changes who "
             "serves; admin also changes what there is, and reads the record of changes.",
         .options = {{.name = "file",
                      .value = "FILE",
                      .help = "the file that api.tokens_file names",
                      .values = Values::files},
                     {.name = "name", .value = "NAME", .help = "who is to use it, for the record"},
                     {.name = "role",
                      .value = "ROLE",
                      .help = "read, operate or admin",
                      .values = Values::words,
                      .words = "read operate admin"}},
         .examples = {{"baton token add --file /etc/baton/tokens --name deploy --role operate",
                       "prints the token"}},
         .danger = Danger::mild,
         .run = token_add},
        {.noun = "audit",
         .summary = "Show who changed what, oldest first",
         .description =
             "Every change that was asked of an agent, with who, from where, why and what came of "
             "it, and attempts that were refused. Gathers the record of every node that answers; "
             "needs a token of role admin where tokens are configured.",
         .options = {node_option("only this node's record"),
                     {.name = "limit", .value = "NUMBER", .help = "newest so many (default 50)"}},
         .examples = {{"baton audit", ""},
                      {"baton audit --format json --limit 1000", "for programs"}},
         .run = audit},
    };
}

}  // namespace baton::cli
