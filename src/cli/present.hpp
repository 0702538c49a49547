#pragma once

/// Prints an answer in one of the formats. Colour only repeats what a word
/// already says.

#include "cli/answer.hpp"

#include <ostream>
#include <string>

namespace baton::cli {

enum class Format {
    automatic,  ///< Tables on a terminal; bare names and values otherwise.
    table,
    wide,
    json,
    yaml,
    csv,
    summary,
    name,
};

struct Style {
    Format format = Format::automatic;
    bool terminal = false;  ///< Of the stream printed to.
    bool colour = false;
    bool one_line = false;  ///< JSON without line breaks, for --watch through a pipe.
};

void present(const Answer& answer, const Style& style, std::ostream& out);

/// A JSON value as YAML, keys in the same order.
[[nodiscard]] std::string yaml_text(const Json& value);

}  // namespace baton::cli
