#pragma once

/// Every command of baton, declared once. Parser, help, completions, man pages
/// and docs/cli.md are all made from this table.

#include "cli/answer.hpp"

#include <span>
#include <string>
#include <vector>

namespace baton::cli {

class Session;

/// What completion offers for a value.
enum class Values { none, nodes, groups, instances, files, directories, words };

struct Option {
    std::string name{};   ///< Without dashes.
    std::string value{};  ///< What stands for the value in help; empty: a flag.
    std::string help{};
    Values values = Values::none;
    std::string words{};  ///< With Values::words: the choices, separated by spaces.
    bool repeatable = false;
    std::string bare{};  ///< Value meant when the option is given without one; empty: required.
    bool hidden = false;
};

struct Argument {
    std::string name{};  ///< In capitals, as in help.
    std::string help{};
    Values values = Values::none;
    bool required = true;
    std::string words{};
};

enum class Danger {
    none,      ///< Reads.
    mild,      ///< Changes something that is easily undone; never asks.
    moderate,  ///< Changes who serves; asks on a terminal, needs --yes elsewhere.
};

struct Example {
    std::string line{};
    std::string meaning{};
};

struct Command {
    std::string noun{};
    std::string verb{};     ///< Empty: the noun is the whole command.
    std::string summary{};  ///< One line without a full stop.
    std::string description{};
    std::vector<Argument> arguments{};
    std::vector<Option> options{};
    std::vector<Example> examples{};  ///< At least one, the most usual first.
    Danger danger = Danger::none;
    bool hidden = false;
    Outcome<Answer> (*run)(Session&) = nullptr;

    /// "group switchover".
    [[nodiscard]] std::string name() const { return verb.empty() ? noun : noun + " " + verb; }
};

[[nodiscard]] std::span<const Command> commands();
/// Options every command takes.
[[nodiscard]] std::span<const Option> global_options();
/// The nouns in the order of the table, hidden ones left out.
[[nodiscard]] std::vector<std::string> nouns();
/// The commands of one noun that are not hidden.
[[nodiscard]] std::vector<const Command*> verbs_of(const std::string& noun);
[[nodiscard]] const Command* find_command(const std::string& noun, const std::string& verb);
/// What a noun is about, in a few words.
[[nodiscard]] std::string noun_summary(const std::string& noun);

}  // namespace baton::cli
