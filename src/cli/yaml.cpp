#include "cli/present.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace baton::cli {
namespace {

/// Words YAML 1.1 or 1.2 reads as something other than text.
constexpr std::array<std::string_view, 10> reserved{"true", "false", "null", "yes", "no",
                                                    "on",   "off",   "y",    "n",   "~"};

bool plain(const std::string& text) {
    if (text.empty() || std::ranges::find(reserved, std::string_view{text}) != reserved.end()) {
        return false;
    }
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    const auto safe = [&](char c) {
        return letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.' || c == '/';
    };
    return letter(text.front()) && std::ranges::all_of(text, safe);
}

/// A JSON string is a YAML double-quoted scalar.
std::string scalar(const Json& value) {
    if (value.is_string() && plain(value.get<std::string>())) return value.get<std::string>();
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool inline_value(const Json& value) {
    return !value.is_structured() || value.empty();
}

void write(const Json& value, std::size_t depth, bool indent_first, std::string& into) {
    bool first = !indent_first;
    const auto begin_line = [&] {
        if (!first) into += std::string(depth * 2, ' ');
        first = false;
    };
    for (const auto& [key, inner] : value.items()) {
        begin_line();
        if (value.is_array()) {
            into += "- ";
            if (inline_value(inner)) {
                into += scalar(inner) + "\n";
            } else {
                write(inner, depth + 1, false, into);
            }
            continue;
        }
        into += scalar(Json(key)) + ":";
        if (inline_value(inner)) {
            into += " " + scalar(inner) + "\n";
        } else {
            into += "\n";
            write(inner, depth + 1, true, into);
        }
    }
}

}  // namespace

std::string yaml_text(const Json& value) {
    if (inline_value(value)) return scalar(value) + "\n";
    std::string text;
    write(value, 0, true, text);
    return text;
}

}  // namespace baton::cli
