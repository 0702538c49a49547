#include "config/section.hpp"

#include "config/duration_text.hpp"
#include "config/nearest.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <limits>
#include <sstream>
#include <utility>

namespace baton::config {
namespace {

constexpr std::size_t list_length_max = 1000;  ///< Entries of one list.

int line_of(const YAML::Node& node) {
    return node.Mark().line + 1;
}

std::string what_is(const YAML::Node& node) {
    if (node.IsMap()) return "a mapping";
    if (node.IsSequence()) return "a list";
    if (!node.IsDefined() || node.IsNull()) return "nothing";
    return "\"" + node.Scalar().substr(0, 60) + "\"";
}

bool name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

bool host_character(char c) {
    return name_character(c) || c == ':' || c == '%';
}

bool printable(const std::string& text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x20; });
}

std::string real_text(double value) {
    std::ostringstream text;
    text << value;
    return text.str();
}

}  // namespace

Section::Section(Report& report, std::string file, const YAML::Node& node, std::string path)
    : report_(report), file_(std::move(file)), path_(std::move(path)) {
    report_.remember(path_, {file_, line_of(node)});
    if (!node.IsMap()) {
        report_.problem({file_, line_of(node)}, path_,
                        "expected keys with values, found " + what_is(node));
        return;
    }
    for (const auto& entry : node) {
        if (!entry.first.IsScalar()) {
            report_.problem({file_, line_of(entry.first)}, path_, "a key must be a plain word");
            continue;
        }
        const std::string word = entry.first.Scalar();
        const int line = line_of(entry.first);
        if (!entries_.emplace(word, entry.second).second) {
            const int first = report_.place_of(key(word)).line;
            report_.problem({file_, line}, key(word),
                            "given twice; the first is on line " + std::to_string(first));
            continue;
        }
        report_.remember(key(word), {file_, line});
    }
}

std::string Section::key(const std::string& key) const {
    return path_.empty() ? key : path_ + "." + key;
}

void Section::problem(const std::string& key, const std::string& message) {
    report_.problem_at(this->key(key), message);
}

const YAML::Node* Section::find(const std::string& key) {
    if (std::ranges::find(asked_, key) == asked_.end()) asked_.push_back(key);
    const auto found = entries_.find(key);
    return found == entries_.end() ? nullptr : &found->second;
}

void Section::require(const std::string& key) {
    if (find(key) == nullptr) problem(key, "missing");
}

std::optional<std::string> Section::scalar(const std::string& key, std::string_view wanted) {
    const YAML::Node* const node = find(key);
    if (node == nullptr) return std::nullopt;
    if (!node->IsScalar()) {
        problem(key, "expected " + std::string{wanted} + ", found " + what_is(*node));
        return std::nullopt;
    }
    const bool quoted = node->Tag() == "!";
    if (quoted && wanted != "text") {
        problem(key, "expected " + std::string{wanted} + ", found the quoted text " +
                         what_is(*node) + "; remove the quotes");
        return std::nullopt;
    }
    return node->Scalar();
}

void Section::text(const std::string& key, std::string& into) {
    const auto value = scalar(key, "text");
    if (!value) return;
    if (value->empty()) return problem(key, "must not be empty; leave the key out instead");
    if (!printable(*value)) return problem(key, "contains a control character");
    into = *value;
}

void Section::name(const std::string& key, std::string& into) {
    constexpr std::size_t length_max = 63;
    std::string value;
    text(key, value);
    if (value.empty()) return;
    const bool good = value.size() <= length_max && value[0] != '.' && value[0] != '-' &&
                      std::ranges::all_of(value, name_character);
    if (!good) {
        return problem(key, "\"" + value +
                                "\" cannot be a name: use at most 63 letters, digits, "
                                "'_', '-' and '.', beginning with a letter, a digit or '_'");
    }
    into = value;
}

void Section::host(const std::string& key, std::string& into) {
    std::string value;
    text(key, value);
    if (value.empty()) return;
    if (value == "0.0.0.0" || value == "::") {
        return problem(key, "\"" + value +
                                "\" is no address others can connect to; give this "
                                "machine's own address or name");
    }
    if (!std::ranges::all_of(value, host_character)) {
        return problem(key, "\"" + value + "\" is neither a host name nor an address");
    }
    into = value;
}

void Section::file_path(const std::string& key, std::string& into) {
    std::string value;
    text(key, value);
    if (value.empty()) return;
    const auto base = std::filesystem::path{file_}.parent_path();
    into = (base / value).lexically_normal().string();
    while (into.size() > 1 && into.back() == '/') into.pop_back();
}

void Section::flag(const std::string& key, bool& into) {
    const auto value = scalar(key, "true or false");
    if (!value) return;
    if (*value != "true" && *value != "false") {
        return problem(key, "expected true or false, found \"" + *value + "\"");
    }
    into = *value == "true";
}

std::optional<std::uint64_t> Section::whole(const std::string& key, Whole bounds) {
    const std::string wanted =
        "a whole number from " + std::to_string(bounds.low) + " to " + std::to_string(bounds.high);
    const auto value = scalar(key, wanted);
    if (!value) return std::nullopt;
    std::uint64_t number = 0;
    const char* const end = value->data() + value->size();
    const auto [rest, error] = std::from_chars(value->data(), end, number);
    if (error != std::errc{} || rest != end || number < bounds.low || number > bounds.high) {
        problem(key, "expected " + wanted + ", found \"" + *value + "\"");
        return std::nullopt;
    }
    return number;
}

void Section::port(const std::string& key, std::uint16_t& into) {
    const auto number = whole(key, {1, std::numeric_limits<std::uint16_t>::max()});
    if (number) into = static_cast<std::uint16_t>(*number);
}

void Section::real(const std::string& key, double& into, Real bounds) {
    const std::string wanted =
        "a number from " + real_text(bounds.low) + " to " + real_text(bounds.high);
    const auto value = scalar(key, wanted);
    if (!value) return;
    double number = 0;
    const char* const end = value->data() + value->size();
    const auto [rest, error] = std::from_chars(value->data(), end, number);
    const bool good = error == std::errc{} && rest == end && std::isfinite(number) &&
                      number >= bounds.low && number <= bounds.high;
    if (!good) return problem(key, "expected " + wanted + ", found \"" + *value + "\"");
    into = number;
}

void Section::duration(const std::string& key, Duration& into, Duration low, Duration high) {
    const auto value = scalar(key, "a duration");
    if (!value) return;
    const auto parsed = parse_duration(*value);
    if (!parsed) return problem(key, parsed.error().message);
    if (parsed.value() < low || parsed.value() > high) {
        return problem(key, *value + " is out of range: from " + duration_text(low) + " to " +
                                duration_text(high));
    }
    into = parsed.value();
}

void Section::texts(const std::string& key, std::vector<std::string>& into) {
    const YAML::Node* const node = find(key);
    if (node == nullptr) return;
    if (!node->IsSequence()) return problem(key, "expected a list, found " + what_is(*node));
    if (node->size() > list_length_max) return problem(key, "the list is too long");
    std::vector<std::string> values;
    for (const auto& entry : *node) {
        if (!entry.IsScalar() || entry.Scalar().empty() || !printable(entry.Scalar())) {
            report_.problem({file_, line_of(entry)}, this->key(key),
                            "expected a list of words, found " + what_is(entry));
            return;
        }
        values.push_back(entry.Scalar());
    }
    into = std::move(values);
}

std::optional<Section> Section::section(const std::string& key) {
    const YAML::Node* const node = find(key);
    if (node == nullptr) return std::nullopt;
    if (!node->IsMap()) {
        problem(key, "expected keys with values, found " + what_is(*node));
        return std::nullopt;
    }
    const Place place = report_.place_of(this->key(key));
    Section inner{report_, file_, *node, this->key(key)};
    report_.remember(this->key(key), place);
    return inner;
}

void Section::each(const std::string& key, const std::function<void(Section&)>& read) {
    const YAML::Node* const node = find(key);
    if (node == nullptr) return;
    if (!node->IsSequence()) return problem(key, "expected a list, found " + what_is(*node));
    if (node->size() > list_length_max) return problem(key, "the list is too long");
    std::size_t index = 0;
    for (const auto& entry : *node) {
        Section inner{report_, file_, entry, this->key(key) + "[" + std::to_string(index++) + "]"};
        if (entry.IsMap()) read(inner);
    }
}

void Section::finish() {
    for (const auto& [word, node] : entries_) {
        if (std::ranges::find(asked_, word) != asked_.end()) continue;
        std::string known;
        for (const std::string& one : asked_) known += (known.empty() ? "" : ", ") + one;
        const std::string hint = did_you_mean(word, asked_);
        problem(word, "unknown key" + (hint.empty() ? "; known here: " + known : hint));
    }
}

}  // namespace baton::config
