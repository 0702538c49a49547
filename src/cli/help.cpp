#include "cli/documents.hpp"

#include <algorithm>

namespace baton::cli {
namespace {

std::string padded(const std::string& text, std::size_t width) {
    return text + std::string(width > text.size() ? width - text.size() : 1, ' ');
}

std::string option_label(const Option& option) {
    std::string label = "--" + option.name;
    if (!option.bare.empty()) return label + "[=" + option.value + "]";
    return option.value.empty() ? label : label + " " + option.value;
}

std::string option_lines(std::span<const Option> options) {
    std::string text;
    for (const Option& option : options) {
        if (!option.hidden) text += "  " + padded(option_label(option), 24) + option.help + "\n";
    }
    return text;
}

std::string danger_text(Danger danger) {
    switch (danger) {
        case Danger::none: return "";
        case Danger::mild: return "Changes something that is easily undone; does not ask.\n\n";
        case Danger::moderate:
            return "Shows a plan and asks on a terminal; elsewhere it needs --yes.\n\n";
    }
    return "";
}

}  // namespace

std::span<const ExitMeaning> exit_meanings() {
    static const std::vector<ExitMeaning> meanings{
        {0, "done, or the asserted condition holds"},
        {1, "the asserted condition does not hold"},
        {2, "the command line or a file named on it is wrong"},
        {3, "reserved for plans that have changes"},
        {4, "cluster unreachable or without quorum: state unknown"},
        {5, "refused by a safety rule, which is named"},
        {6, "something changed since the plan was made"},
        {7, "not finished in time; it goes on"},
        {8, "done in part; the output says which"},
        {9, "not authorised"},
        {130, "interrupted or not confirmed; what was begun goes on"},
    };
    return meanings;
}

std::string usage_line(const Command& command) {
    std::string line = "baton " + command.name();
    for (const Argument& argument : command.arguments) {
        line += argument.required ? " " + argument.name : " [" + argument.name + "]";
    }
    return line + " [OPTIONS]";
}

std::string overview_text() {
    std::string text =
        "baton keeps replicated services available.\n\nExamples:\n"
        "  baton cluster status                 nodes, groups and who leads\n"
        "  baton group switchover orders        change a primary as planned\n"
        "  baton why orders                     what was decided, and on which facts\n"
        "  baton playground up --dir play       a whole cluster on this machine\n\nCommands:\n";
    for (const std::string& noun : nouns())
        text += "  " + padded(noun, 14) + noun_summary(noun) + "\n";
    text += "\nOptions of every command:\n" + option_lines(global_options());
    text += "\nExit codes:\n";
    for (const ExitMeaning& one : exit_meanings()) {
        text += "  " + padded(std::to_string(one.code), 6) + one.meaning + "\n";
    }
    return text + "\nbaton COMMAND --help tells more.\n";
}

std::string noun_text(const std::string& noun) {
    std::string text = noun_summary(noun) + ".\n\n";
    for (const Command* command : verbs_of(noun)) {
        text += "  " + padded("baton " + command->name(), 34) + command->summary + "\n";
    }
    return text;
}

std::string command_text(const Command& command) {
    std::string text = command.summary + ".\n\nExamples:\n";
    for (const Example& example : command.examples) {
        if (!example.meaning.empty()) text += "  # " + example.meaning + "\n";
        text += "  " + example.line + "\n";
    }
    text += "\nUsage:\n  " + usage_line(command) + "\n\n" + command.description + "\n\n" +
            danger_text(command.danger);
    if (!command.arguments.empty()) {
        text += "Arguments:\n";
        for (const Argument& argument : command.arguments) {
            text += "  " + padded(argument.name, 24) + argument.help + "\n";
        }
        text += "\n";
    }
    const bool own =
        std::ranges::any_of(command.options, [](const Option& o) { return !o.hidden; });
    if (own) text += "Options:\n" + option_lines(command.options) + "\n";
    return text + "Options of every command:\n" + option_lines(global_options());
}

}  // namespace baton::cli
