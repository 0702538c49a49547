#pragma once

/// Nothing grows without limit: queues between nodes, logs, the disk's queue,
/// timers, events told to the operator. The limits are for each group there is.

#include "base/ids.hpp"
#include "simulation/checkers/checker.hpp"

#include <map>
#include <string>

namespace baton::simulation {

struct Measures {
    std::uint64_t log_entries = 0;
    std::uint64_t transport_queue = 0;
    std::uint64_t disk_queue = 0;
    std::uint64_t timers = 0;
};

class Bounded : public Checker {
public:
    Bounded(World& world, std::size_t groups) : Checker(world, "bounded"), groups_(groups) {}

    void seen(const NodeId& node, const Measures& measures) {
        judged();
        check(node, "log entries", measures.log_entries, 2'000);
        check(node, "messages waiting for a peer", measures.transport_queue, 1'024);
        check(node, "writes waiting for the disk", measures.disk_queue, 4'096);
        check(node, "timers", measures.timers, 2'000);
        check(node, "events in one second", events_in_second_[node], 200);
        if (now() < next_second_) return;
        next_second_ = now() + seconds{1};
        events_in_second_.clear();
    }
    void told(const NodeId& node) { ++events_in_second_[node]; }

private:
    void check(const NodeId& node, const char* what, std::uint64_t value, std::uint64_t limit) {
        limit *= groups_;
        if (value <= limit) return;
        fail(node.text + ": " + std::to_string(value) + " " + what + ", the limit is " +
             std::to_string(limit));
    }

    std::size_t groups_;
    Instant next_second_;
    std::map<NodeId, std::uint64_t> events_in_second_;
};

}  // namespace baton::simulation
