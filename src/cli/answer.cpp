#include "cli/answer.hpp"

#include <array>
#include <cstdio>
#include <ctime>

namespace baton::cli {
namespace {

const Json none;

}  // namespace

const Json& field(const Json& object, const std::string& name) {
    if (!object.is_object()) return none;
    const auto found = object.find(name);
    return found == object.end() ? none : *found;
}

std::string text_of(const Json& object, const std::string& name) {
    const Json& value = field(object, name);
    return value.is_string() ? value.get<std::string>() : "";
}

std::string cell(const Json& object, const std::string& name) {
    const Json& value = field(object, name);
    if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
    if (value.is_number_float()) {
        std::array<char, 32> text{};
        std::snprintf(text.data(), text.size(), "%.1f", value.get<double>());
        return text.data();
    }
    if (value.is_number()) return value.dump();
    const std::string text = text_of(object, name);
    return text.empty() ? "-" : text;
}

bool flag_of(const Json& object, const std::string& name) {
    const Json& value = field(object, name);
    return value.is_boolean() && value.get<bool>();
}

std::int64_t number_of(const Json& object, const std::string& name) {
    const Json& value = field(object, name);
    return value.is_number() ? value.get<std::int64_t>() : 0;
}

const Json& element(const Json& array, const std::string& key, const std::string& value) {
    if (!array.is_array()) return none;
    for (const Json& one : array) {
        if (text_of(one, key) == value) return one;
    }
    return none;
}

std::vector<std::string> texts_of(const Json& array, const std::string& key) {
    std::vector<std::string> texts;
    if (!array.is_array()) return texts;
    for (const Json& one : array) texts.push_back(text_of(one, key));
    return texts;
}

void add_steps(std::vector<std::string>& lines, const Json& plan) {
    int number = 0;
    for (const Json& step : field(plan, "steps")) {
        if (!step.is_string()) continue;
        lines.push_back("  " + std::to_string(++number) + ". " + step.get<std::string>());
    }
}

std::string joined(const std::vector<std::string>& texts, const std::string& between) {
    std::string all;
    for (const std::string& text : texts) all += (all.empty() ? "" : between) + text;
    return all;
}

std::string time_text(const Json& at) {
    if (at.is_string()) return at.get<std::string>();
    if (!at.is_number()) return "-";
    const auto milliseconds = at.get<std::int64_t>();
    const std::time_t seconds = milliseconds / 1000;
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    std::array<char, 40> text{};
    const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts);
    std::snprintf(text.data() + size, text.size() - size, ".%03d",
                  static_cast<int>(milliseconds % 1000));
    return text.data();
}

}  // namespace baton::cli
