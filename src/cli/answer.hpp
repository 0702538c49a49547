#pragma once

/// What a command found, independent of how it is printed.

#include "cli/exit_code.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace baton::cli {

/// Keys keep the order in which the agent sent them.
using Json = nlohmann::ordered_json;

struct Column {
    std::string title{};
    bool right = false;  ///< Numbers line up on the right.
    bool wide = false;   ///< Only with --format wide.
};

struct Table {
    std::vector<Column> columns{};  ///< The first names the row.
    std::vector<std::vector<std::string>> rows{};
};

enum class Shape {
    nothing,  ///< Everything was said while it ran.
    value,    ///< One value, printed bare.
    names,    ///< A list whose names a shell loops over when piped.
    rows,     ///< A list whose columns matter more than its names.
    record,   ///< A few sentences and tables.
};

struct Answer {
    Shape shape = Shape::record;
    Json data{};                         ///< What json and yaml print.
    std::vector<std::string> heading{};  ///< Sentences above the tables.
    std::vector<Table> tables{};
    std::string summary{};             ///< A line for --format summary; empty: the heading.
    std::vector<std::string> notes{};  ///< For stderr: warnings, nodes that did not answer.
    ExitCode code = ExitCode::done;
};

/// Tolerant reading of what an agent sent: an older or newer agent may lack a
/// field or send another type, which must show as empty, not as a crash.
[[nodiscard]] const Json& field(const Json& object, const std::string& name);
[[nodiscard]] std::string text_of(const Json& object, const std::string& name);
/// Text, number or truth value as it would be shown in a table; "-" for none.
[[nodiscard]] std::string cell(const Json& object, const std::string& name);
[[nodiscard]] bool flag_of(const Json& object, const std::string& name);
[[nodiscard]] std::int64_t number_of(const Json& object, const std::string& name);
/// The element of an array whose `key` is `value`; null if there is none.
[[nodiscard]] const Json& element(const Json& array, const std::string& key,
                                  const std::string& value);
/// The texts under `key` of every element.
[[nodiscard]] std::vector<std::string> texts_of(const Json& array, const std::string& key);
/// Appends the `steps` of a plan, numbered.
void add_steps(std::vector<std::string>& lines, const Json& plan);
/// "a, b, c".
[[nodiscard]] std::string joined(const std::vector<std::string>& texts,
                                 const std::string& between = ", ");
/// Milliseconds since 1970 as UTC, "2026-01-31 12:00:00.123"; a text as it is.
[[nodiscard]] std::string time_text(const Json& at);

}  // namespace baton::cli
