#pragma once

/// This agent's event history: a bounded list in memory for the API, one line
/// per event on standard error (the journal), and subscribers.

#include "api/access.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <map>

namespace baton::agent {

/// Events kept in memory; older ones are in the log file.
inline constexpr std::size_t events_kept = 10'000;

class Events {
public:
    explicit Events(NodeId node) : node_(std::move(node)) {}

    void add(Event event, std::int64_t wall_milliseconds);
    [[nodiscard]] std::vector<api::NumberedEvent> from(std::uint64_t number,
                                                       std::size_t limit) const;
    std::uint64_t subscribe(std::function<void(const api::NumberedEvent&)> sink);
    void unsubscribe(std::uint64_t token) { sinks_.erase(token); }

private:
    NodeId node_;
    std::deque<api::NumberedEvent> kept_;
    std::map<std::uint64_t, std::function<void(const api::NumberedEvent&)>> sinks_;
    std::uint64_t next_number_ = 1;
    std::uint64_t next_token_ = 1;
};

}  // namespace baton::agent
