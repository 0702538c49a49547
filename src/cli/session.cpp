#include "cli/session.hpp"

#include "config/duration_text.hpp"
#include "config/nearest.hpp"
#include "config/secret.hpp"

#include <istream>

namespace baton::cli {

using namespace std::chrono_literals;

Outcome<Agents*> Session::agents() {
    if (agents_) return agents_.get();
    BATON_TRY(Located located, locate(invocation, surroundings));
    BATON_TRY(const Duration timeout, duration("timeout", 5s));
    std::string token = surroundings.environment("BATON_TOKEN");
    if (!located.token_file.empty()) {
        const auto secret = config::read_secret(located.token_file);
        if (!secret && token.empty()) {
            return Failure{ExitCode::not_authorised, "the API token: " + secret.error().message};
        }
        if (secret) token = secret.value();
    }
    agents_ = std::make_unique<Agents>(std::move(located), std::move(token), timeout, surroundings);
    return agents_.get();
}

Outcome<Duration> Session::duration(const std::string& option, Duration otherwise) const {
    if (!invocation.has(option)) return otherwise;
    const auto parsed = config::parse_duration(invocation.text(option));
    if (!parsed) return usage("--" + option + ": " + parsed.error().message);
    return parsed.value();
}

void Session::tell(const std::string& line) const {
    surroundings.err << line << std::endl;
}

Outcome<void> confirm(Session& session, const std::string& question) {
    for (const char* const given : {"yes", "confirm", "force"}) {
        if (session.invocation.has(given)) return boost::outcome_v2::success();
    }
    Surroundings& around = session.surroundings;
    if (!around.in_is_terminal || !around.err_is_terminal) {
        return usage(
            "nobody is here to confirm; say --yes to do it, --dry-run to see the plan only");
    }
    around.err << question << " [y/N] " << std::flush;
    std::string answer;
    if (!std::getline(around.in, answer) || (answer != "y" && answer != "Y" && answer != "yes")) {
        return Failure{ExitCode::interrupted, "not confirmed; nothing was changed"};
    }
    return boost::outcome_v2::success();
}

void add_notes(Answer& answer, const Json& cluster, const Agents& agents) {
    for (const std::string& one : agents.silent()) answer.notes.push_back("no answer from " + one);
    if (flag_of(cluster, "quorum")) return;
    std::string note = "state unknown: node " + text_of(cluster, "node") +
                       " has no quorum, what it shows may be out of date";
    const std::string waiting = text_of(cluster, "waiting_for");
    if (!waiting.empty()) note += "; it is waiting for " + waiting;
    answer.notes.push_back(note);
    answer.code = ExitCode::unknown;
}

namespace {

Outcome<Json> find(const Json& list, const std::string& what, const std::string& name) {
    const Json& found = element(list, "name", name);
    if (!found.is_null()) return found;
    const auto names = texts_of(list, "name");
    const std::string known = names.empty() ? "; there is none" : "; there are: " + joined(names);
    return usage("there is no " + what + " \"" + name + "\"" + config::did_you_mean(name, names) +
                 known);
}

}  // namespace

Outcome<Json> find_node(const Json& cluster, const std::string& name) {
    return find(field(cluster, "nodes"), "node", name);
}

Outcome<Json> find_group(const Json& cluster, const std::string& name) {
    return find(field(cluster, "groups"), "group", name);
}

}  // namespace baton::cli
