#include "cli/documents.hpp"
#include "cli/programs.hpp"

#include <algorithm>

namespace baton::cli {
namespace {

/// A hyphen stays a hyphen, and a leading dot or quote is text (groff_man(7)).
std::string roff(const std::string& text) {
    std::string result;
    for (const char c : text) {
        if (c == '\\') {
            result += "\\e";
        } else if (c == '-') {
            result += "\\-";
        } else {
            result += c;
        }
    }
    if (!result.empty() && (result.front() == '.' || result.front() == '\''))
        result.insert(0, "\\&");
    return result;
}

std::string title(const std::string& name) {
    std::string upper = name;
    std::ranges::transform(upper, upper.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return ".TH \"" + roff(upper) + "\" \"1\" \"\" \"baton " + std::string{version} +
           "\" \"baton\"\n";
}

std::string option_term(const Option& option) {
    std::string text = ".TP\n.B \\-\\-" + roff(option.name);
    if (!option.bare.empty())
        return text + "[=" + roff(option.value) + "]\n" + roff(option.help) + "\n";
    if (!option.value.empty()) text += " " + roff(option.value);
    return text + "\n" + roff(option.help) + "\n";
}

std::string option_terms(std::span<const Option> options) {
    std::string text;
    for (const Option& option : options) {
        if (!option.hidden) text += option_term(option);
    }
    return text;
}

std::string exit_section() {
    std::string text = ".SH EXIT STATUS\n";
    for (const ExitMeaning& one : exit_meanings()) {
        text += ".TP\n.B " + std::to_string(one.code) + "\n" + roff(one.meaning) + "\n";
    }
    return text;
}

std::string page_name(const Command& command) {
    std::string name = "baton-" + command.name();
    std::ranges::replace(name, ' ', '-');
    return name;
}

std::string command_page(const Command& command) {
    std::string text = title(page_name(command)) + ".SH NAME\n" + roff(page_name(command)) +
                       " \\- " + roff(command.summary) + "\n.SH SYNOPSIS\n.B " +
                       roff(usage_line(command)) + "\n.SH EXAMPLES\n";
    for (const Example& example : command.examples) {
        if (!example.meaning.empty()) text += ".PP\n" + roff(example.meaning) + ":\n";
        text += ".PP\n.nf\n.RS\n" + roff(example.line) + "\n.RE\n.fi\n";
    }
    text += ".SH DESCRIPTION\n" + roff(command.description) + "\n";
    if (!command.arguments.empty()) text += ".SH ARGUMENTS\n";
    for (const Argument& argument : command.arguments) {
        text += ".TP\n.B " + roff(argument.name) + "\n" + roff(argument.help) + "\n";
    }
    text += ".SH OPTIONS\n" + option_terms(command.options) + option_terms(global_options());
    return text + exit_section() + ".SH SEE ALSO\n.BR baton (1)\n";
}

std::string overview_page() {
    std::string text = title("baton") +
                       ".SH NAME\nbaton \\- keep replicated services available\n.SH SYNOPSIS\n"
                       ".B baton NOUN VERB [OPTIONS]\n.SH DESCRIPTION\n"
                       "One agent runs on each machine; every other command asks the agents.\n"
                       ".SH COMMANDS\n";
    for (const Command& command : commands()) {
        if (command.hidden) continue;
        text += ".TP\n.B " + roff("baton " + command.name()) + "\n" + roff(command.summary) + "\n";
    }
    text += ".SH OPTIONS\n" + option_terms(global_options());
    text +=
        ".SH ENVIRONMENT\n"
        ".TP\n.B BATON_API\nAddresses of agents, separated by commas.\n"
        ".TP\n.B BATON_CONFIG\nPath of the cluster file.\n"
        ".TP\n.B BATON_NODE\nWhich node this machine is, for the agent.\n"
        ".TP\n.B BATON_TOKEN\nToken for the API, if no file names one.\n"
        ".TP\n.B NO_COLOR\nIf set, no colour.\n";
    return text + exit_section();
}

std::string markdown_options(std::span<const Option> options) {
    std::string text;
    for (const Option& option : options) {
        if (option.hidden) continue;
        std::string label = "--" + option.name;
        if (!option.bare.empty()) {
            label += "[=" + option.value + "]";
        } else if (!option.value.empty()) {
            label += " " + option.value;
        }
        text += "- `" + label + "`: " + option.help + "\n";
    }
    return text;
}

std::string markdown_command(const Command& command) {
    std::string text = "### baton " + command.name() + "\n\n" + command.summary + ".\n\n```sh\n";
    for (const Example& example : command.examples) {
        if (!example.meaning.empty()) text += "# " + example.meaning + "\n";
        text += example.line + "\n";
    }
    text += "```\n\nUsage: `" + usage_line(command) + "`\n\n" + command.description + "\n";
    if (command.danger == Danger::moderate) {
        text += "\nShows a plan and asks on a terminal; elsewhere it needs `--yes`.\n";
    }
    if (!command.arguments.empty()) text += "\n";
    for (const Argument& argument : command.arguments) {
        text += "- `" + argument.name + "`: " + argument.help + "\n";
    }
    const std::string own = markdown_options(command.options);
    return text + (own.empty() ? "" : "\n" + own) + "\n";
}

}  // namespace

std::string markdown_text() {
    std::string text =
        "# Command line\n\n"
        "Generated from the command table (`src/cli/commands.cpp`); do not edit.\n\n"
        "Data goes to stdout, everything else to stderr. On a terminal lists are tables; through "
        "a\n"
        "pipe `node list` and `group list` print one name per line, and single values are printed\n"
        "bare. `--format json` prints lists as bare arrays. An exit code of 4 means that nothing "
        "is\n"
        "known, which is never the same as \"no\".\n\n## Options of every command\n\n";
    text += markdown_options(global_options());
    text +=
        "\nWithout `--api`, `--config` or `--dir`, and without `BATON_API` or `BATON_CONFIG`, the "
        "first of\n`./baton.yaml`, `/etc/baton/baton.yaml` and `./playground.json` that exists "
        "is used.\n\n## Exit codes\n\n| code | meaning |\n| --- | --- |\n";
    for (const ExitMeaning& one : exit_meanings()) {
        text += "| " + std::to_string(one.code) + " | " + one.meaning + " |\n";
    }
    text += "\n## Commands\n\n";
    for (const Command& command : commands()) {
        if (!command.hidden) text += markdown_command(command);
    }
    text.pop_back();
    return text;
}

std::map<std::string, std::string> manual_pages() {
    std::map<std::string, std::string> pages{{"baton.1", overview_page()}};
    for (const Command& command : commands()) {
        if (!command.hidden) pages[page_name(command) + ".1"] = command_page(command);
    }
    return pages;
}

std::map<std::string, std::string> generated_files() {
    std::map<std::string, std::string> files{
        {"docs/cli.md", markdown_text()},
        {"packaging/completions/baton.bash", completion_text("bash")},
        {"packaging/completions/_baton", completion_text("zsh")},
        {"packaging/completions/baton.fish", completion_text("fish")}};
    for (auto& [name, page] : manual_pages()) files["packaging/man/" + name] = std::move(page);
    return files;
}

}  // namespace baton::cli
