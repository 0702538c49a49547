#pragma once

/// Nothing grows without limit: queues between nodes, logs, the disk's queue,
/// timers, events told to the operator, orders given to servers.

#include "base/ids.hpp"
#include "simulation/world.hpp"

#include <map>
#include <string>

namespace baton::simulation {

struct Measures {
    std::uint64_t log_entries = 0;
    std::uint64_t transport_queue = 0;
    std::uint64_t disk_queue = 0;
    std::uint64_t timers = 0;
};

class Bounded {
public:
    explicit Bounded(World& world) : world_(world) {}

    void seen(const NodeId& node, const Measures& now) {
        check(node, "log entries", now.log_entries, 2'000);
        check(node, "messages waiting for a peer", now.transport_queue, 1'024);
        check(node, "writes waiting for the disk", now.disk_queue, 4'096);
        check(node, "timers", now.timers, 2'000);
        check(node, "events in one second", events_in_second_[node], 200);
        if (world_.now() < next_second_) return;
        next_second_ = world_.now() + seconds{1};
        events_in_second_.clear();
    }
    void told(const NodeId& node) { ++events_in_second_[node]; }

private:
    void check(const NodeId& node, const char* what, std::uint64_t value, std::uint64_t limit) {
        if (value <= limit) return;
        world_.fail("bounded", node.text + ": " + std::to_string(value) + " " + what +
                                   ", the limit is " + std::to_string(limit));
    }

    World& world_;
    Instant next_second_;
    std::map<NodeId, std::uint64_t> events_in_second_;
};

}  // namespace baton::simulation
