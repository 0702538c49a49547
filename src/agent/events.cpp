#include "agent/events.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <string_view>
#include <utility>

namespace baton::agent {

namespace {

std::string_view name_of(Severity severity) {
    switch (severity) {
        case Severity::info: return "info";
        case Severity::warning: return "warning";
        case Severity::error: return "error";
    }
    return "info";
}

void print(const api::NumberedEvent& event) {
    const std::time_t seconds = event.wall_milliseconds / 1000;
    std::string line = fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z {:<7} {} {}: {}",
                                   fmt::gmtime(seconds), event.wall_milliseconds % 1000,
                                   name_of(event.event.severity), event.node.text,
                                   event.event.name, event.event.sentence);
    for (const auto& [key, value] : event.event.fields) line += fmt::format(" {}={}", key, value);
    line += '\n';
    std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace

void Events::add(Event event, std::int64_t wall_milliseconds) {
    kept_.push_back({next_number_++, wall_milliseconds, node_, std::move(event)});
    if (kept_.size() > events_kept) kept_.pop_front();
    print(kept_.back());
    for (const auto& [token, sink] : sinks_) sink(kept_.back());
}

std::vector<api::NumberedEvent> Events::from(std::uint64_t number, std::size_t limit) const {
    std::vector<api::NumberedEvent> found;
    auto each = std::ranges::lower_bound(kept_, number, {}, &api::NumberedEvent::number);
    for (; each != kept_.end() && found.size() < limit; ++each) found.push_back(*each);
    return found;
}

std::uint64_t Events::subscribe(std::function<void(const api::NumberedEvent&)> sink) {
    sinks_[next_token_] = std::move(sink);
    return next_token_++;
}

}  // namespace baton::agent
