#pragma once

/// A cluster on machines and wires that are too busy, but fail nobody: packets
/// are lost, servers do not get to their clients for a while although they
/// run, and agents are stopped for a moment. Each of these is shorter than what
/// a lease forgives. Together they may last longer, and then the guard closes
/// the primary, as it must; any other failover is a false one.

#include "simulation/world.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

namespace baton::simulation {

struct Overload {
    std::uint64_t seed = 1;
    Duration length = std::chrono::hours{1};
    std::size_t nodes = 3;
    bool verbose = false;
    std::uint64_t lost_one_in = 50;      ///< Packets; they are sent again 200 ms later.
    Duration stall = milliseconds{400};  ///< Of a server that runs.
    Duration stall_every = seconds{5};   ///< Of each server, on average.
    Duration pause = milliseconds{300};  ///< Of an agent as a whole, by a signal.
    Duration pause_every = seconds{10};  ///< Of each agent, on average.
};

struct OverloadResult {
    std::string broken;  ///< Empty: all properties held.
    Duration simulated{0};
    std::uint64_t stalls = 0;
    std::uint64_t pauses = 0;
    std::uint64_t failovers = 0;   ///< Appointments after the first one.
    std::uint64_t unrenewed = 0;   ///< Servers that the guard closed: no renewal came in time.
    std::uint64_t reopenings = 0;  ///< The primary closed for a moment, and opened again.
    std::uint64_t terms = 0;       ///< Of consensus: each one a leader given up.
    std::uint64_t acknowledged = 0;
    Duration longest_gap{0};  ///< Between two acknowledgements through the fronts.

    /// Though the primary's server and its agent could serve within the lease.
    [[nodiscard]] std::uint64_t false_failovers() const {
        return failovers - std::min(failovers, unrenewed);
    }
};

[[nodiscard]] OverloadResult run_overload(const Overload& overload);

}  // namespace baton::simulation
