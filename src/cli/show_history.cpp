#include "cli/functions.hpp"
#include "cli/session.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <tuple>

namespace baton::cli {
namespace {

using namespace std::chrono_literals;

constexpr Duration follow_interval = 300ms;
constexpr std::uint64_t events_default = 50;
constexpr std::uint64_t events_max = 10'000;  ///< As many as an agent gives in one answer.

Outcome<std::uint64_t> whole_number(const std::string& what, const std::string& text,
                                    std::uint64_t high) {
    std::uint64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || rest != end || number > high) {
        return usage(what + " must be a whole number up to " + std::to_string(high) + ", not \"" +
                     text + "\"");
    }
    return number;
}

/// The history of every agent, each read on from where the last look ended.
class History {
public:
    History(Session& session, Agents& agents) : session_(session), agents_(agents) {}

    /// Events not seen before, oldest first. Errors: unknown if no agent
    /// answers at all, or what the first that refuses says.
    Outcome<std::vector<Json>> look() {
        std::vector<Json> found;
        std::size_t answered = 0;
        silent_.clear();
        for (const Agent& agent : agents_.located().agents) {
            std::uint64_t& next = next_[endpoint_text(agent.api)];
            const std::string target =
                "/v1/events?from=" + std::to_string(next) + "&limit=" + std::to_string(events_max);
            auto events = agents_.get_from(agent, target);
            if (session_.surroundings.interrupted()) {
                return Failure{ExitCode::interrupted, "interrupted"};
            }
            if (!events) {
                if (events.error().code != ExitCode::unknown) return events.error();
                silent_.push_back((agent.name.empty() ? endpoint_text(agent.api) : agent.name) +
                                  ": " + events.error().message);
                continue;
            }
            ++answered;
            for (Json& event : events.value()) {
                next = std::max(next, static_cast<std::uint64_t>(number_of(event, "number")) + 1);
                found.push_back(std::move(event));
            }
        }
        if (answered == 0) {
            return Failure{ExitCode::unknown,
                           "state unknown: no agent gave its events\n  " + joined(silent_, "\n  ")};
        }
        std::ranges::sort(found, {}, [](const Json& one) {
            return std::tuple{number_of(one, "wall_ms"), text_of(one, "node"),
                              number_of(one, "number")};
        });
        return found;
    }

    [[nodiscard]] const std::vector<std::string>& silent() const { return silent_; }

private:
    Session& session_;
    Agents& agents_;
    std::map<std::string, std::uint64_t> next_;  ///< First number wanted, by agent.
    std::vector<std::string> silent_;
};

std::vector<std::string> event_row(const Json& event) {
    return {time_text(field(event, "wall_ms")), cell(event, "node"), cell(event, "severity"),
            cell(event, "name"), text_of(event, "sentence")};
}

Answer events_answer(std::vector<Json> found) {
    Answer answer{.shape = Shape::rows};
    answer.data = Json::array();
    Table table{.columns = {{"AT (UTC)"}, {"NODE"}, {"SEVERITY"}, {"NAME"}, {"WHAT"}}, .rows = {}};
    for (Json& event : found) {
        table.rows.push_back(event_row(event));
        answer.data.push_back(std::move(event));
    }
    answer.tables = {std::move(table)};
    return answer;
}

/// Lines as they come, until interrupted. JSON is one event a line.
Outcome<Answer> follow(Session& session, History& history, std::size_t limit) {
    const bool json = session.invocation.text("format") == "json";
    std::size_t skip_to = limit;
    for (;;) {
        BATON_TRY(auto found, history.look());
        const std::size_t first = found.size() > skip_to ? found.size() - skip_to : 0;
        for (std::size_t i = first; i < found.size(); ++i) {
            if (json) {
                session.surroundings.out
                    << found[i].dump(-1, ' ', false, Json::error_handler_t::replace);
            } else {
                session.surroundings.out << joined(event_row(found[i]), "  ");
            }
            session.surroundings.out << std::endl;
        }
        skip_to = events_max;
        if (!session.surroundings.pause(follow_interval)) {
            return Failure{ExitCode::interrupted, "no longer following"};
        }
    }
}

}  // namespace

Outcome<Answer> events(Session& session) {
    std::uint64_t limit = events_default;
    if (session.invocation.has("limit")) {
        BATON_TRY(limit, whole_number("--limit", session.invocation.text("limit"), events_max));
    }
    BATON_TRY(Agents* const agents, session.agents());
    History history{session, *agents};
    if (session.invocation.has("follow")) return follow(session, history, limit);
    BATON_TRY(auto found, history.look());
    if (found.size() > limit) {
        found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(limit));
    }
    Answer answer = events_answer(std::move(found));
    for (const std::string& one : history.silent()) answer.notes.push_back("no events from " + one);
    return answer;
}

Outcome<Answer> why(Session& session) {
    const std::string group = session.invocation.argument(0);
    std::string target = "/v1/groups/" + escaped(group) + "/decisions";
    if (const std::string epoch = session.invocation.argument(1); !epoch.empty()) {
        BATON_TRY(const auto number, whole_number("EPOCH", epoch, UINT64_MAX));
        target += "?epoch=" + std::to_string(number);
    }
    BATON_TRY(Agents* const agents, session.agents());
    BATON_TRY(Json decisions, agents->get(target));
    Answer answer;
    for (const Json& one : decisions) {
        answer.heading.push_back(time_text(field(one, "wall_ms")) + "  epoch " +
                                 cell(one, "epoch") + "  " + cell(one, "rule") + " -> " +
                                 cell(one, "phase"));
        answer.heading.push_back("    " + cell(one, "why"));
        answer.heading.push_back("    known then: " + cell(one, "inputs") + "  (log entry " +
                                 cell(one, "index") + ")");
    }
    Table table{.columns = {{"AT (UTC)"}, {"EPOCH", true}, {"RULE"}, {"PHASE"}, {"WHY"}},
                .rows = {}};
    for (const Json& one : decisions) {
        table.rows.push_back({time_text(field(one, "wall_ms")), cell(one, "epoch"),
                              cell(one, "rule"), cell(one, "phase"), cell(one, "why")});
    }
    const std::string format = session.invocation.text("format");
    if (format == "csv" || format == "wide" || format == "name") answer.tables = {std::move(table)};
    if (format == "wide") answer.heading.clear();
    if (decisions.empty())
        answer.notes.push_back("no decision is kept for that; see: baton events");
    answer.data = std::move(decisions);
    return answer;
}

}  // namespace baton::cli
