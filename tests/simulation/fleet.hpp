#pragma once

/// Many groups on few nodes, and many of their primaries dead at once: how long
/// each group takes until a client's write is acknowledged again, and what the
/// agents cost in real processor time meanwhile.

#include "simulation/world.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace baton::simulation {

struct Fleet {
    std::uint64_t seed = 1;
    std::size_t nodes = 5;
    std::size_t groups = 1000;
    std::size_t copies = 3;     ///< Servers of each group.
    std::size_t victims = 100;  ///< Primaries killed at one instant, wherever they are.
    bool charge = false;        ///< Agents take as long as this processor takes for them.
    bool verbose = false;
};

/// Real processor time of one agent's two threads, on the node where it was greatest:
/// milliseconds per second of virtual time, and of the longest single step. Messages
/// between agents are encoded and decoded; sockets, disks and HAProxy cost nothing here.
struct FleetCost {
    double consensus = 0;
    double work = 0;
    double consensus_step = 0;
    double work_step = 0;
};

struct FleetResult {
    std::string broken;              ///< Empty: all properties held.
    Duration cold_start{0};          ///< From nothing to every group steady.
    std::vector<Duration> writable;  ///< Of each victim: from the kill to the next acknowledgement.
    Duration steady{0};              ///< From the kill to every group steady again.
    std::size_t disturbed = 0;       ///< Other groups that got a new epoch.
    FleetCost calm;
    FleetCost failing;  ///< From the kill until every group is steady.
};

[[nodiscard]] FleetResult run_fleet(const Fleet& fleet);

}  // namespace baton::simulation
