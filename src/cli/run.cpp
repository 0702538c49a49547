#include "cli/documents.hpp"
#include "cli/parser.hpp"
#include "cli/present.hpp"
#include "cli/programs.hpp"
#include "cli/session.hpp"
#include "config/duration_text.hpp"

#include <map>
#include <set>

namespace baton::cli {
namespace {

using namespace std::chrono_literals;

int status_of(ExitCode code) {
    return static_cast<int>(code);
}

int fail(const Failure& failure, Surroundings& around) {
    around.err << "baton: " << failure.message << std::endl;
    return status_of(failure.code);
}

Format format_of(const std::string& name) {
    static const std::map<std::string, Format> formats{
        {"table", Format::table}, {"wide", Format::wide}, {"json", Format::json},
        {"yaml", Format::yaml},   {"csv", Format::csv},   {"summary", Format::summary},
        {"name", Format::name}};
    const auto found = formats.find(name);
    return found == formats.end() ? Format::automatic : found->second;
}

bool wants_colour(const Invocation& invocation, const Surroundings& around) {
    const std::string when = invocation.text("color");
    if (when == "always") return true;
    if (when == "never" || !around.out_is_terminal) return false;
    return around.environment("NO_COLOR").empty() && around.environment("TERM") != "dumb";
}

Style style_of(const Invocation& invocation, const Surroundings& around) {
    return {.format = format_of(invocation.text("format")),
            .terminal = around.out_is_terminal,
            .colour = wants_colour(invocation, around)};
}

int show(const Outcome<Answer>& outcome, const Style& style, Surroundings& around) {
    if (!outcome) return fail(outcome.error(), around);
    present(outcome.value(), style, around.out);
    around.out.flush();
    for (const std::string& note : outcome.value().notes)
        around.err << "baton: " << note << std::endl;
    return status_of(outcome.value().code);
}

/// Commands that change something, or run on, are not repeated.
bool repeatable(const Command& command) {
    static const std::set<std::string> others{"agent", "completion", "events", "playground up",
                                              "playground down"};
    return command.danger == Danger::none && !others.contains(command.name());
}

/// Goes on while the cluster is away: that is when somebody is watching.
int watch(Session& session, Style style, Duration interval) {
    Surroundings& around = session.surroundings;
    if (!around.out_is_terminal) {
        style.format = Format::json;
        style.one_line = true;
    }
    for (;;) {
        const auto outcome = session.invocation.command->run(session);
        if (around.out_is_terminal) around.out << "\x1b[H\x1b[2J";
        const int code = show(outcome, style, around);
        if (code == status_of(ExitCode::usage) || code == status_of(ExitCode::not_authorised)) {
            return code;
        }
        if (!around.pause(interval)) return status_of(ExitCode::interrupted);
    }
}

/// Names for shell completion: quickly or not at all.
int complete(const std::vector<std::string>& words, Surroundings& around,
             const Programs& programs) {
    Invocation invocation;
    invocation.options["timeout"] = {"300ms"};
    Session session{invocation, around, programs};
    const std::string kind = words.size() > 1 ? words[1] : "";
    const auto agents = session.agents();
    if (!agents) return 0;
    const Located& located = agents.value()->located();
    std::vector<std::string> names;
    if (kind == "groups") names = located.groups;
    if (kind == "nodes") {
        for (const Agent& agent : located.agents) {
            if (!agent.name.empty()) names.push_back(agent.name);
        }
    }
    if (names.empty()) {
        const auto cluster = agents.value()->cluster();
        if (!cluster) return 0;
        if (kind == "nodes") names = texts_of(field(cluster.value(), "nodes"), "name");
        for (const Json& group : field(cluster.value(), "groups")) {
            if (kind == "groups") names.push_back(text_of(group, "name"));
            if (kind != "instances") continue;
            for (auto& id : texts_of(field(group, "instances"), "id"))
                names.push_back(std::move(id));
        }
    }
    for (const std::string& name : names) around.out << name << '\n';
    around.out.flush();
    return 0;
}

int say(const std::string& text, Surroundings& around) {
    around.out << text << std::flush;
    return 0;
}

int without_command(const Invocation& invocation, Surroundings& around) {
    if (invocation.version) return say(std::string{version} + "\n", around);
    if (invocation.command != nullptr) return say(command_text(*invocation.command), around);
    return say(invocation.noun.empty() ? overview_text() : noun_text(invocation.noun), around);
}

}  // namespace

int run(const std::vector<std::string>& words, Surroundings& around, const Programs& programs) {
    if (!words.empty() && words.front() == "guard") {
        if (!programs.guard) return fail(usage("the guard is not part of this program"), around);
        around.release_interrupts();
        return programs.guard({words.begin() + 1, words.end()});
    }
    if (!words.empty() && words.front() == "__complete") return complete(words, around, programs);
    const auto parsed = parse(words);
    if (!parsed) return fail(parsed.error(), around);
    const Invocation& invocation = parsed.value();
    if (invocation.help || invocation.version || invocation.command == nullptr) {
        return without_command(invocation, around);
    }
    Session session{invocation, around, programs};
    const Style style = style_of(invocation, around);
    if (const auto timeout = session.duration("timeout", 5s); !timeout) {
        return fail(timeout.error(), around);
    }
    if (!invocation.has("watch")) return show(invocation.command->run(session), style, around);
    const auto interval = session.duration("watch", 2s);
    if (!interval) return fail(interval.error(), around);
    if (!repeatable(*invocation.command)) {
        return fail(usage("--watch does not go with \"baton " + invocation.command->name() + "\""),
                    around);
    }
    return watch(session, style, interval.value());
}

int run(int argc, char** argv, const Programs& programs) {
    Surroundings around = process_surroundings();
    return run(std::vector<std::string>(argv + 1, argv + argc), around, programs);
}

}  // namespace baton::cli
