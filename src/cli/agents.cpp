#include "cli/agents.hpp"

#include <algorithm>
#include <utility>

namespace baton::cli {
namespace {

using namespace std::chrono_literals;

constexpr int redirects_max = 3;
/// One silent agent must not use up the time in which another could answer.
constexpr Duration share_max = 1s;
/// An election takes less than a second; a lost majority is told after three.
constexpr int rounds_without_leader = 10;
constexpr Duration election_pause = 300ms;

std::string kind_of(const Json& body) {
    return text_of(field(body, "error"), "kind");
}

std::string message_of(const Json& body, int status) {
    const std::string message = text_of(field(body, "error"), "message");
    return message.empty() ? "the agent answered with HTTP status " + std::to_string(status)
                           : message;
}

/// An answer that settles the matter although it is not the wanted one.
std::optional<Failure> verdict(int status, const Json& body) {
    const std::string message = message_of(body, status);
    switch (status) {
        case 400:
        case 404:
        case 405:
        case 413: return Failure{ExitCode::usage, message};
        case 401:
        case 403:
            return Failure{
                ExitCode::not_authorised,
                message +
                    "; say --token-file FILE, or --config with a cluster file that names one"};
        case 409:
            return Failure{kind_of(body) == "conflict" ? ExitCode::changed : ExitCode::refused,
                           message};
        default: return std::nullopt;
    }
}

bool good(int status) {
    return status >= 200 && status < 300;
}

}  // namespace

Agents::Agents(Located located, std::string token, Duration timeout,
               const Surroundings& surroundings)
    : located_(std::move(located)),
      token_(std::move(token)),
      timeout_(timeout),
      surroundings_(surroundings) {}

void Agents::note_silent(const Agent& agent, const std::string& why) {
    const std::string address = endpoint_text(agent.api);
    silent_.push_back((agent.name.empty() ? address : agent.name + " (" + address + ")") + ": " +
                      why);
}

Duration Agents::share() const {
    return located_.agents.size() == 1 ? timeout_ : std::min(timeout_, Duration{share_max});
}

Failure Agents::nobody() const {
    if (surroundings_.interrupted()) return {ExitCode::interrupted, "interrupted"};
    std::string message = "state unknown: no agent of " + located_.source + " gave an answer";
    for (const std::string& one : silent_) message += "\n  " + one;
    return {ExitCode::unknown, message};
}

/// As an agent says it that has noticed: it did nothing, and another leads soon.
Agents::Reply Agents::leader_is_gone(const cluster::Endpoint& leader, const std::string& why) {
    return {503,
            {{"error",
              {{"kind", "unavailable"},
               {"message", "it sends us to " + endpoint_text(leader) +
                               ", which it takes for the leader: " + why}}}}};
}

Result<Agents::Reply> Agents::ask(cluster::Endpoint agent, HttpRequest request, Duration limit) {
    request.token = token_;
    request.ca_file = located_.ca_file;
    for (int hop = 0; hop <= redirects_max; ++hop) {
        auto exchanged = exchange(agent, request, limit, surroundings_.interrupted);
        const bool unreached = !exchanged && exchanged.error().kind == ErrorKind::unavailable;
        if (hop > 0 && unreached) return leader_is_gone(agent, exchanged.error().message);
        BATON_TRY(const HttpAnswer answer, std::move(exchanged));
        if (answer.status == 307 || answer.status == 308) {
            const auto location = answer.headers.find("location");
            if (location == answer.headers.end())
                return unavailable("sends us on without saying where");
            auto next = parse_endpoint(location->second);
            if (!next) return unavailable("sends us on to no address");
            agent = next.value();
            continue;
        }
        Json body = Json::parse(answer.body, nullptr, false);
        if (body.is_discarded()) {
            if (good(answer.status)) return invalid("the answer is not JSON");
            body = Json::object();
        }
        return Reply{answer.status, std::move(body)};
    }
    return unavailable("the agents send us round in circles; the leader is changing");
}

Outcome<Json> Agents::cluster() {
    silent_.clear();
    std::optional<Json> without_quorum;
    std::optional<Failure> settled;
    for (std::size_t i = 0; i < located_.agents.size(); ++i) {
        const Agent agent = located_.agents[i];
        auto reply = ask(agent.api, {.target = "/v1/cluster"}, share());
        if (surroundings_.interrupted()) return nobody();
        if (!reply) {
            note_silent(agent, reply.error().message);
        } else if (!good(reply.value().status)) {
            note_silent(agent, message_of(reply.value().body, reply.value().status));
            if (!settled) settled = verdict(reply.value().status, reply.value().body);
        } else if (flag_of(reply.value().body, "quorum")) {
            const auto first = located_.agents.begin();
            std::rotate(first, first + static_cast<std::ptrdiff_t>(i),
                        first + static_cast<std::ptrdiff_t>(i) + 1);
            return std::move(reply.value().body);
        } else if (!without_quorum) {
            without_quorum = std::move(reply.value().body);
        }
    }
    if (without_quorum) return std::move(*without_quorum);
    if (settled) return *settled;
    return nobody();
}

Outcome<Json> Agents::get(const std::string& target) {
    silent_.clear();
    for (const Agent& agent : located_.agents) {
        auto reply = ask(agent.api, {.target = target}, share());
        if (surroundings_.interrupted()) return nobody();
        if (!reply) {
            note_silent(agent, reply.error().message);
            continue;
        }
        if (good(reply.value().status)) return std::move(reply.value().body);
        if (auto settled = verdict(reply.value().status, reply.value().body)) return *settled;
        note_silent(agent, message_of(reply.value().body, reply.value().status));
    }
    return nobody();
}

Outcome<Json> Agents::get_from(const Agent& agent, const std::string& target) {
    auto reply = ask(agent.api, {.target = target}, share());
    if (!reply) return Failure{ExitCode::unknown, reply.error().message};
    const int status = reply.value().status;
    // Health routes say "unhealthy" with 503 and a full body.
    if (good(status) || (status == 503 && field(reply.value().body, "error").is_null())) {
        return std::move(reply.value().body);
    }
    if (auto settled = verdict(status, reply.value().body)) return *settled;
    return Failure{ExitCode::unknown, message_of(reply.value().body, status)};
}

Outcome<Json> Agents::post(const std::string& target, const Json& body) {
    const HttpRequest request{.method = "POST", .target = target, .body = body.dump()};
    for (int round = 1;; ++round) {
        bool declined = false;
        auto outcome = offer(request, declined);
        if (outcome || !declined || round == rounds_without_leader) return outcome;
        if (!surroundings_.pause(election_pause)) return outcome;
    }
}

Outcome<Json> Agents::post_to(const Agent& agent, const std::string& target, const Json& body) {
    auto reply =
        ask(agent.api, {.method = "POST", .target = target, .body = body.dump()}, timeout_);
    if (!reply && reply.error().kind == ErrorKind::outcome_unknown) {
        return Failure{ExitCode::timed_out, "the request reached " + endpoint_text(agent.api) +
                                                ", but " + reply.error().message +
                                                "; it may be repeated"};
    }
    if (!reply) return Failure{ExitCode::unknown, agent.name + ": " + reply.error().message};
    const int status = reply.value().status;
    if (good(status)) return std::move(reply.value().body);
    const std::string message = message_of(reply.value().body, status);
    if (status == 504) return Failure{ExitCode::timed_out, message};
    if (auto settled = verdict(status, reply.value().body)) return *settled;
    return Failure{ExitCode::unknown, agent.name + ": " + message};
}

/// `declined`: an agent answered that it did nothing, for want of a leader.
Outcome<Json> Agents::offer(const HttpRequest& request, bool& declined) {
    silent_.clear();
    for (const Agent& agent : located_.agents) {
        auto reply = ask(agent.api, request, timeout_);
        if (!reply && reply.error().kind == ErrorKind::outcome_unknown) {
            return Failure{ExitCode::timed_out,
                           "the request reached " + endpoint_text(agent.api) + ", but " +
                               reply.error().message +
                               "; it may still be carried out, look before trying again"};
        }
        if (surroundings_.interrupted()) return nobody();
        if (!reply) {
            note_silent(agent, reply.error().message);
            continue;
        }
        const int status = reply.value().status;
        if (good(status)) return std::move(reply.value().body);
        const std::string message = message_of(reply.value().body, status);
        if (status == 504) return Failure{ExitCode::timed_out, message};
        if (auto settled = verdict(status, reply.value().body)) return *settled;
        declined = declined || status == 503;
        note_silent(agent, message);
    }
    return nobody();
}

}  // namespace baton::cli
