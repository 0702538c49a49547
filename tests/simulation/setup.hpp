#pragma once

/// What a simulated cluster begins with.

#include "core/cluster/topology.hpp"
#include "simulation/power.hpp"
#include "simulation/sim_group.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace baton::simulation {

struct Setup {
    std::uint64_t seed = 1;
    std::size_t nodes = 3;
    Writers writers{};  ///< Of each group.
    bool verbose = false;
    bool kernel_leases = false;  ///< Machines have them, and guards that are late.
    bool guards = true;          ///< False: nothing ends a server whose agent does not.
    PowerSwitch power = PowerSwitch::none;
    cluster::Group group{};      ///< Settings of every group; id and instances are filled in.
    std::size_t groups = 1;
    std::size_t copies = 0;  ///< Servers of each group, spread over the nodes; 0: one on each node.
    /// How wrong the clock of each node is; empty: by up to 0.1 %, at random.
    std::vector<std::int64_t> drift_ppm{};
};

/// The topology that its nodes are started with.
[[nodiscard]] cluster::Topology topology_of(const Setup& setup);

}  // namespace baton::simulation
