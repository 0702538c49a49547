#include "cli/documents.hpp"
#include "cli/functions.hpp"
#include "cli/session.hpp"
#include "config/cluster_file.hpp"
#include "config/nearest.hpp"

#include <charconv>

namespace baton::cli {
namespace {

constexpr unsigned playground_nodes_max = 7;

/// The exit code of a program that was handed in is passed on as it is.
Answer ended_with(int code) {
    Answer answer{.shape = Shape::nothing};
    answer.code = ExitCode{code};
    return answer;
}

Failure not_here(const std::string& what) {
    return usage(what + " is not part of this program");
}

Outcome<PlaygroundOptions> playground_options(const Session& session) {
    PlaygroundOptions options{.directory = session.invocation.text("dir"),
                              .config = session.invocation.text("config"),
                              .tls = session.invocation.has("tls"),
                              .format = session.invocation.text("format")};
    if (options.directory.empty()) return usage("which directory? Say --dir DIRECTORY");
    const std::string nodes = session.invocation.text("nodes");
    if (nodes.empty()) return options;
    const char* const end = nodes.data() + nodes.size();
    const auto [rest, error] = std::from_chars(nodes.data(), end, options.nodes);
    if (error != std::errc{} || rest != end || options.nodes == 0 ||
        options.nodes > playground_nodes_max) {
        return usage("--nodes must be a number from 1 to 7, not \"" + nodes + "\"");
    }
    return options;
}

Outcome<Answer> run_playground(Session& session,
                               const std::function<int(const PlaygroundOptions&)>& program) {
    BATON_TRY(const auto options, playground_options(session));
    if (!program) return not_here("the playground");
    session.surroundings.release_interrupts();
    return ended_with(program(options));
}

}  // namespace

Outcome<Answer> config_check(Session& session) {
    const std::string path = session.invocation.argument(0);
    const auto file = config::load(path);
    if (!file) {
        const bool unreadable = file.error().kind == ErrorKind::unavailable;
        return Failure{unreadable ? ExitCode::usage : ExitCode::condition_false,
                       file.error().message};
    }
    const auto& topology = file.value().topology;
    Answer answer;
    answer.summary = path + " is valid: cluster " + topology.name + ", " +
                     std::to_string(topology.nodes.size()) + " nodes, " +
                     std::to_string(topology.groups.size()) + " groups, digest " +
                     file.value().digest;
    answer.heading = {answer.summary};
    answer.data = {{"file", path},
                   {"valid", true},
                   {"cluster", topology.name},
                   {"digest", file.value().digest},
                   {"warnings", file.value().warnings}};
    for (const std::string& warning : file.value().warnings)
        answer.notes.push_back("warning: " + warning);
    return answer;
}

Outcome<Answer> playground_up(Session& session) {
    return run_playground(session, session.programs.playground_up);
}
Outcome<Answer> playground_down(Session& session) {
    return run_playground(session, session.programs.playground_down);
}
Outcome<Answer> playground_status(Session& session) {
    return run_playground(session, session.programs.playground_status);
}

Outcome<Answer> agent(Session& session) {
    AgentOptions options{.config = session.invocation.text("config"),
                         .node = session.invocation.text("node"),
                         .foreground = session.invocation.has("foreground")};
    if (options.config.empty()) options.config = session.surroundings.environment("BATON_CONFIG");
    if (options.config.empty()) options.config = "/etc/baton/baton.yaml";
    if (!session.programs.agent) return not_here("the agent");
    session.surroundings.release_interrupts();
    return ended_with(session.programs.agent(options));
}

Outcome<Answer> completion(Session& session) {
    const std::string shell = session.invocation.argument(0);
    const std::vector<std::string> shells{"bash", "zsh", "fish"};
    if (std::ranges::find(shells, shell) == shells.end()) {
        return usage("no completion for \"" + shell + "\"" + config::did_you_mean(shell, shells) +
                     "; possible: " + joined(shells));
    }
    session.surroundings.out << completion_text(shell);
    return Answer{.shape = Shape::nothing};
}

Outcome<Answer> show_version(Session& /*session*/) {
    Answer answer{.shape = Shape::value};
    answer.data = std::string{version};
    return answer;
}

}  // namespace baton::cli
