// The record of changes, gathered from every node: each records what it was asked.
#include "cli/functions.hpp"
#include "cli/voices.hpp"

#include <charconv>
#include <cstdint>
#include <iterator>
#include <map>

namespace baton::cli {
namespace {

constexpr std::size_t entries_default = 50;
constexpr std::size_t entries_max = 1000;  ///< As many as an agent gives in one answer.

Outcome<std::size_t> limit_of(const Session& session) {
    const std::string text = session.invocation.text("limit");
    if (text.empty()) return entries_default;
    std::size_t limit = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
    if (error == std::errc{} && rest == text.data() + text.size() && limit >= 1 &&
        limit <= entries_max) {
        return limit;
    }
    return usage("--limit must be a whole number from 1 to " + std::to_string(entries_max) +
                 ", not \"" + text + "\"");
}

/// The reason given, or why it was refused.
std::string remark(const Json& entry) {
    const std::string reason = text_of(field(entry, "asked"), "reason");
    const std::string message = text_of(field(field(entry, "answer"), "error"), "message");
    return joined({reason, message}, reason.empty() || message.empty() ? "" : "; ");
}

std::vector<std::string> row_of(const Json& entry) {
    const std::string who = text_of(entry, "who");
    const std::string by = text_of(field(entry, "asked"), "by");
    return {time_text(field(entry, "wall_ms")),
            cell(entry, "node"),
            (who.empty() ? "-" : who) + (by.empty() ? "" : " (" + by + ")"),
            cell(entry, "from"),
            text_of(entry, "method") + " " + text_of(entry, "path"),
            cell(entry, "outcome"),
            remark(entry)};
}

}  // namespace

Outcome<Answer> audit(Session& session) {
    BATON_TRY(const std::size_t limit, limit_of(session));
    BATON_TRY(const auto voices, ask_each(session, "/v1/audit?limit=" + std::to_string(limit)));
    if (all_silent(voices)) return nobody_answered(voices);
    // By time; those of one millisecond stay in their node's order.
    std::multimap<std::int64_t, Json> entries;
    Answer answer{.shape = Shape::rows};
    for (const Voice& voice : voices) {
        if (!voice.problem.empty()) {
            answer.notes.push_back("no record from " + voice.node + ": " + voice.problem);
        }
        for (const Json& entry : voice.state) entries.emplace(number_of(entry, "wall_ms"), entry);
    }
    if (entries.size() > limit) {
        const auto surplus = static_cast<std::ptrdiff_t>(entries.size() - limit);
        entries.erase(entries.begin(), std::next(entries.begin(), surplus));
    }
    answer.data = Json::array();
    Table table{
        .columns = {{"AT (UTC)"}, {"NODE"}, {"WHO"}, {"FROM"}, {"WHAT"}, {"OUTCOME"}, {"WHY"}},
        .rows = {}};
    for (auto& [at, entry] : entries) {
        table.rows.push_back(row_of(entry));
        answer.data.push_back(std::move(entry));
    }
    answer.tables = {std::move(table)};
    return answer;
}

}  // namespace baton::cli
