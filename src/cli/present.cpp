#include "cli/present.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace baton::cli {
namespace {

constexpr std::array<std::string_view, 9> good{"healthy", "steady", "leader", "primary",  "alive",
                                               "ok",      "yes",    "up",     "streaming"};
constexpr std::array<std::string_view, 9> doubtful{"degraded",  "suspect", "repairing",
                                                   "promoting", "fencing", "handing_over",
                                                   "warning",   "paused",  "unknown"};
constexpr std::array<std::string_view, 6> bad{"down",  "failed",    "unreachable",
                                              "error", "unhealthy", "vacant"};

std::string coloured(const std::string& text, const std::string& word, bool colour) {
    if (!colour) return text;
    const auto among = [&](const auto& words) {
        return std::ranges::find(words, std::string_view{word}) != words.end();
    };
    if (among(good)) return "\x1b[32m" + text + "\x1b[0m";
    if (among(doubtful)) return "\x1b[33m" + text + "\x1b[0m";
    if (among(bad)) return "\x1b[31m" + text + "\x1b[0m";
    return text;
}

/// Characters of UTF-8 text: bytes that do not continue another.
std::size_t width_of(const std::string& text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// What an agent sent must not steer the terminal.
std::string harmless(std::string text) {
    std::ranges::replace_if(
        text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
    return text;
}

std::string padded(const std::string& text, std::size_t width, bool right, bool colour) {
    const std::string shown = harmless(text);
    const std::string space(width - std::min(width, width_of(shown)), ' ');
    const std::string painted = coloured(shown, shown, colour);
    return right ? space + painted : painted + space;
}

void trim_right(std::string& line) {
    const std::size_t last = line.find_last_not_of(' ');
    line.erase(last == std::string::npos ? 0 : last + 1);
}

void print_table(const Table& table, const Style& style, std::ostream& out) {
    const bool wide = style.format == Format::wide;
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        std::size_t width = width_of(table.columns[i].title);
        for (const auto& row : table.rows) width = std::max(width, width_of(row[i]));
        widths.push_back(width);
    }
    const auto print_row = [&](const auto& text_at, bool colour) {
        std::string line;
        for (std::size_t i = 0; i < table.columns.size(); ++i) {
            if (table.columns[i].wide && !wide) continue;
            if (!line.empty()) line += "  ";
            line += padded(text_at(i), widths[i], table.columns[i].right, colour);
        }
        trim_right(line);
        out << line << '\n';
    };
    print_row([&](std::size_t i) { return table.columns[i].title; }, false);
    for (const auto& row : table.rows) {
        print_row([&](std::size_t i) { return row[i]; }, style.colour);
    }
}

/// RFC 4180: quotes where a comma, quote or line break would mislead.
std::string csv_cell(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + "\"";
}

void print_csv(const Table& table, std::ostream& out) {
    std::string line;
    for (const Column& column : table.columns) line += "," + csv_cell(column.title);
    out << line.substr(1) << '\n';
    for (const auto& row : table.rows) {
        line.clear();
        for (const std::string& text : row) line += "," + csv_cell(text);
        out << line.substr(1) << '\n';
    }
}

void print_names(const Answer& answer, std::ostream& out) {
    if (answer.tables.empty()) return;
    for (const auto& row : answer.tables.front().rows) out << harmless(row.front()) << '\n';
}

void print_value(const Json& value, std::ostream& out) {
    out << (value.is_string() ? harmless(value.get<std::string>()) : value.dump()) << '\n';
}

void print_for_people(const Answer& answer, const Style& style, std::ostream& out) {
    for (const std::string& line : answer.heading) out << harmless(line) << '\n';
    for (const Table& table : answer.tables) {
        if (&table != &answer.tables.front() || !answer.heading.empty()) out << '\n';
        print_table(table, style, out);
    }
}

void print_summary(const Answer& answer, std::ostream& out) {
    if (!answer.summary.empty()) {
        out << harmless(answer.summary) << '\n';
    } else if (!answer.heading.empty()) {
        for (const std::string& line : answer.heading) out << harmless(line) << '\n';
    } else {
        print_names(answer, out);
    }
}

Format chosen(const Answer& answer, const Style& style) {
    if (style.format != Format::automatic) return style.format;
    return answer.shape == Shape::names && !style.terminal ? Format::name : Format::table;
}

}  // namespace

void present(const Answer& answer, const Style& style, std::ostream& out) {
    if (answer.shape == Shape::nothing) return;
    const Format format = chosen(answer, style);
    const bool bare = answer.shape == Shape::value;
    switch (format) {
        case Format::automatic:
        case Format::table:
        case Format::wide:
            if (bare) return print_value(answer.data, out);
            return print_for_people(answer, style, out);
        case Format::json:
            out << answer.data.dump(style.one_line ? -1 : 2, ' ', false,
                                    Json::error_handler_t::replace)
                << '\n';
            return;
        case Format::yaml: out << yaml_text(answer.data); return;
        case Format::csv:
            if (bare) return print_value(answer.data, out);
            if (!answer.tables.empty()) print_csv(answer.tables.front(), out);
            return;
        case Format::summary:
            if (bare) return print_value(answer.data, out);
            return print_summary(answer, out);
        case Format::name:
            if (bare) return print_value(answer.data, out);
            return print_names(answer, out);
    }
}

}  // namespace baton::cli
