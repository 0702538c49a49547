#include "config/report.hpp"

#include <algorithm>
#include <utility>

namespace baton::config {
namespace {

std::string sentence(const Place& place, const std::string& key, const std::string& message) {
    std::string text = place.file;
    if (place.line > 0) text += ":" + std::to_string(place.line);
    text += ": ";
    if (!key.empty()) text += key + ": ";
    return text + message;
}

}  // namespace

void Report::remember(const std::string& key, Place place) {
    places_.insert_or_assign(key, std::move(place));
}

Place Report::place_of(const std::string& key) const {
    for (std::string around = key;;) {
        if (const auto found = places_.find(around); found != places_.end()) return found->second;
        const std::size_t cut = around.find_last_of(".[");
        if (cut == std::string::npos) break;
        around.resize(cut);
    }
    const auto whole = places_.find("");
    return whole == places_.end() ? Place{} : whole->second;
}

void Report::problem(const Place& place, const std::string& key, const std::string& message) {
    ++count_;
    if (problems_.size() >= problems_max) return;
    std::string text = sentence(place, key, message);
    if (std::ranges::find(problems_, text) != problems_.end()) {
        --count_;
        return;
    }
    problems_.push_back(std::move(text));
}

void Report::problem_at(const std::string& key, const std::string& message) {
    problem(place_of(key), key, message);
}

void Report::warning_at(const std::string& key, const std::string& message) {
    warnings_.push_back(sentence(place_of(key), key, message));
}

std::string Report::text(const std::string& path) const {
    std::string all =
        path + (count_ == 1 ? " has a problem:" : " has " + std::to_string(count_) + " problems:");
    for (const std::string& problem : problems_) all += "\n  " + problem;
    if (count_ > problems_.size()) {
        all += "\n  and " + std::to_string(count_ - problems_.size()) + " more";
    }
    return all;
}

}  // namespace baton::config
