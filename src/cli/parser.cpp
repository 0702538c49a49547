#include "cli/parser.hpp"

#include "config/nearest.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>

namespace baton::cli {
namespace {

void add_option(CLI::App& app, const Option& option, Invocation& into) {
    const std::string flag = option.name == "format" ? "-o,--format" : "--" + option.name;
    if (option.value.empty()) {
        app.add_flag_callback(flag, [&into, name = option.name] { into.options[name] = {"true"}; });
        return;
    }
    const auto keep = [&into, name = option.name](const std::vector<std::string>& values) {
        into.options[name] = values;
        return true;
    };
    app.add_option(flag, keep)
        ->type_size(1)
        ->expected(1, CLI::detail::expected_max_vector_size)
        ->allow_extra_args(false);
}

void add_command(CLI::App& noun, const Command& command, Invocation& into) {
    CLI::App* app = command.verb.empty() ? &noun : noun.add_subcommand(command.verb);
    app->set_help_flag();
    app->fallthrough();
    app->allow_extras();
    for (const Option& option : command.options) add_option(*app, option, into);
    if (!command.arguments.empty()) {
        app->add_option("words", into.arguments)
            ->expected(0, static_cast<int>(command.arguments.size()));
    }
}

std::unique_ptr<CLI::App> build(Invocation& into) {
    auto app = std::make_unique<CLI::App>();
    app->set_help_flag();
    app->allow_extras();
    app->add_flag("-h,--help", into.help);
    app->add_flag("--version", into.version);
    for (const Option& option : global_options()) add_option(*app, option, into);
    std::map<std::string, CLI::App*> by_noun;
    for (const Command& command : commands()) {
        CLI::App*& noun = by_noun[command.noun];
        if (noun == nullptr) {
            noun = app->add_subcommand(command.noun);
            noun->set_help_flag();
            noun->fallthrough();
            noun->allow_extras();
        }
        add_command(*noun, command, into);
    }
    return app;
}

/// `--watch` alone means its default; the library would take the next word.
std::vector<std::string> with_bare_values(std::vector<std::string> words) {
    for (const Option& option : global_options()) {
        if (option.bare.empty()) continue;
        std::ranges::replace(words, "--" + option.name, "--" + option.name + "=" + option.bare);
    }
    return words;
}

std::vector<std::string> option_names(const Command* command) {
    std::vector<std::string> names;
    for (const Option& option : global_options()) names.push_back("--" + option.name);
    if (command == nullptr) return names;
    for (const Option& option : command->options) names.push_back("--" + option.name);
    return names;
}

std::string see(const std::string& what) {
    return "; see: baton " + what + (what.empty() ? "" : " ") + "--help";
}

Failure unexpected(const Invocation& found, const std::string& word) {
    if (word.starts_with("-")) {
        const std::string name = word.substr(0, word.find('='));
        const auto known = option_names(found.command);
        const std::string where = found.command == nullptr ? found.noun : found.command->name();
        return usage("unknown option " + name + config::did_you_mean(name, known) + see(where));
    }
    if (found.noun.empty()) {
        return usage("there is no command \"" + word + "\"" + config::did_you_mean(word, nouns()) +
                     see(""));
    }
    if (found.command == nullptr) {
        std::vector<std::string> verbs;
        for (const Command* command : verbs_of(found.noun)) verbs.push_back(command->verb);
        return usage("\"" + found.noun + "\" has no \"" + word + "\"" +
                     config::did_you_mean(word, verbs) + see(found.noun));
    }
    return usage("\"" + word + "\" is one word too many for \"baton " + found.command->name() +
                 "\"" + see(found.command->name()));
}

void find_words(const CLI::App& app, Invocation& found) {
    const auto chosen = app.get_subcommands();
    if (chosen.empty()) return;
    found.noun = chosen.front()->get_name();
    const auto inner = chosen.front()->get_subcommands();
    if (!inner.empty()) found.verb = inner.front()->get_name();
    found.command = find_command(found.noun, found.verb);
}

Outcome<void> check_choices(const Invocation& found, std::span<const Option> options) {
    for (const Option& option : options) {
        if (!found.has(option.name)) continue;
        if (found.options.at(option.name).size() > 1 && !option.repeatable) {
            return usage("--" + option.name + " is given twice");
        }
        if (found.text(option.name).empty()) {
            return usage("--" + option.name + " needs a value: " + option.value);
        }
        if (option.values != Values::words) continue;
        std::vector<std::string> words;
        for (auto& word : CLI::detail::split(option.words, ' ')) words.push_back(word);
        const std::string given = found.text(option.name);
        if (std::ranges::find(words, given) == words.end()) {
            return usage("--" + option.name + "=" + given + config::did_you_mean(given, words) +
                         "; possible: " + joined(words));
        }
    }
    return boost::outcome_v2::success();
}

Outcome<void> check_arguments(const Invocation& found) {
    const auto& wanted = found.command->arguments;
    for (std::size_t i = found.arguments.size(); i < wanted.size(); ++i) {
        if (!wanted[i].required) continue;
        return usage(wanted[i].name + " is missing: " + wanted[i].help +
                     see(found.command->name()));
    }
    return boost::outcome_v2::success();
}

/// The library's words for what is wrong name its own types; these do not.
Failure explain(const CLI::ParseError& error) {
    const std::string text = error.what();
    if (text.starts_with("--") && dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
        return usage(text.substr(0, text.find(':')) + " needs a value; see: baton --help");
    }
    return usage(std::string{error.what()} + "; see: baton --help");
}

}  // namespace

std::string Invocation::text(const std::string& option) const {
    const auto found = options.find(option);
    return found == options.end() || found->second.empty() ? "" : found->second.back();
}

std::string Invocation::argument(std::size_t index) const {
    return index < arguments.size() ? arguments[index] : "";
}

Outcome<Invocation> parse(const std::vector<std::string>& words) {
    Invocation found;
    const auto app = build(found);
    try {
        auto reversed = with_bare_values(words);
        std::ranges::reverse(reversed);
        app->parse(std::move(reversed));
    } catch (const CLI::ParseError& error) {
        return explain(error);
    }
    find_words(*app, found);
    const auto extras = app->remaining(true);
    if (!extras.empty()) return unexpected(found, extras.front());
    if (found.help || found.version || found.command == nullptr) return found;
    BATON_TRY(check_choices(found, global_options()));
    BATON_TRY(check_choices(found, found.command->options));
    BATON_TRY(check_arguments(found));
    return found;
}

}  // namespace baton::cli
