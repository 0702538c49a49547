#pragma once

/// Words of a command line -> which command, with which values. Knows nothing
/// but the table; a word that fits nowhere is refused with the nearest that does.

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"

#include <map>
#include <string>
#include <vector>

namespace baton::cli {

struct Invocation {
    const Command* command = nullptr;  ///< Null: help was asked for, or a noun stood alone.
    std::string noun;                  ///< As far as it was given.
    std::string verb;
    bool help = false;
    bool version = false;
    std::map<std::string, std::vector<std::string>>
        options;  ///< Only those given; flags as "true".
    std::vector<std::string> arguments;

    [[nodiscard]] bool has(const std::string& option) const { return options.contains(option); }
    /// The last value given; empty if none.
    [[nodiscard]] std::string text(const std::string& option) const;
    [[nodiscard]] std::string argument(std::size_t index) const;
};

[[nodiscard]] Outcome<Invocation> parse(const std::vector<std::string>& words);

}  // namespace baton::cli
