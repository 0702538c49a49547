// Tokens of the API, made on this machine; no agent is asked.
#include "adapters/tokens.hpp"
#include "cli/functions.hpp"
#include "cli/session.hpp"

namespace baton::cli {

Outcome<Answer> token_add(Session& session) {
    const std::string file = session.invocation.text("file");
    const std::string name = session.invocation.text("name");
    const std::string role = session.invocation.text("role");
    if (file.empty()) return usage("which file? Say --file FILE, as under api.tokens_file");
    if (name.empty()) return usage("whose token? Say --name NAME");
    if (role.empty()) return usage("for what? Say --role read, operate or admin");
    const auto made = adapters::add_token(file, name, adapters::role_of(role).value());
    if (!made) {
        const bool wrong = made.error().kind == ErrorKind::invalid;
        return Failure{wrong ? ExitCode::usage : ExitCode::refused, made.error().message};
    }
    Answer answer{.shape = Shape::value};
    answer.data = made.value();
    answer.notes = {"token " + name + " may " + role + "; " + file +
                    " keeps a hash, so this is the only time it is shown"};
    return answer;
}

}  // namespace baton::cli
