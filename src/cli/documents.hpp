#pragma once

/// Everything for reading that is made from the command table: help, man
/// pages, docs/cli.md and shell completion.

#include "cli/commands.hpp"

#include <map>
#include <string>

namespace baton::cli {

/// `baton --help`.
[[nodiscard]] std::string overview_text();
/// `baton NOUN`: its verbs.
[[nodiscard]] std::string noun_text(const std::string& noun);
/// `baton NOUN VERB --help`: examples first.
[[nodiscard]] std::string command_text(const Command& command);
/// "baton group switchover GROUP [OPTIONS]".
[[nodiscard]] std::string usage_line(const Command& command);

/// `shell` is bash, zsh or fish.
[[nodiscard]] std::string completion_text(const std::string& shell);

/// docs/cli.md.
[[nodiscard]] std::string markdown_text();
/// roff, by file name: baton.1 and one page for each command.
[[nodiscard]] std::map<std::string, std::string> manual_pages();

/// Every generated file of the source tree, by its path from the root.
[[nodiscard]] std::map<std::string, std::string> generated_files();

/// The exit codes with what each means, for help and manuals.
struct ExitMeaning {
    int code;
    std::string meaning;
};
[[nodiscard]] std::span<const ExitMeaning> exit_meanings();

}  // namespace baton::cli
