#include "cli/commands.hpp"

namespace baton::cli {

std::span<const Option> global_options() {
    static const std::vector<Option> options{
        {.name = "api",
         .value = "HOST:PORT",
         .help = "ask this agent; may be repeated (environment: BATON_API, separated by commas)",
         .repeatable = true},
        {.name = "config",
         .value = "FILE",
         .help = "take addresses and token from this cluster file (environment: BATON_CONFIG)",
         .values = Values::files},
        {.name = "ca",
         .value = "FILE",
         .help = "speak TLS; who signed the agents' certificates (environment: BATON_CA)",
         .values = Values::files},
        {.name = "token-file",
         .value = "FILE",
         .help = "take the API token from this file (environment: BATON_TOKEN, the token itself)",
         .values = Values::files},
        {.name = "dir",
         .value = "DIRECTORY",
         .help = "take addresses from the playground in this directory",
         .values = Values::directories},
        {.name = "format",
         .value = "FORMAT",
         .help = "table, wide, json, yaml, csv, summary or name (short: -o)",
         .values = Values::words,
         .words = "table wide json yaml csv summary name"},
        {.name = "watch",
         .value = "DURATION",
         .help = "repeat; redraws a terminal, else one line of JSON each time (default 2s)",
         .bare = "2s"},
        {.name = "timeout",
         .value = "DURATION",
         .help = "how long to wait for an answer (default 5s)"},
        {.name = "color",
         .value = "WHEN",
         .help = "auto, always or never; auto obeys NO_COLOR and TERM=dumb",
         .values = Values::words,
         .words = "auto always never"},
        {.name = "api-version",
         .value = "VERSION",
         .help = "shape of the JSON output; this program knows 1",
         .values = Values::words,
         .words = "1"},
    };
    return options;
}

}  // namespace baton::cli
