#pragma once

/// What every hand-written schedule needs: the cluster, and its story when an
/// expectation fails. BATON_SIMULATION_LOUD prints the story as it happens.

#include "simulation/cluster.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace baton::simulation {

inline bool loud() {
    return std::getenv("BATON_SIMULATION_LOUD") != nullptr;
}

inline std::string story(Cluster& cluster) {
    std::string text =
        "broken: " + cluster.world().broken() + "\nunsteady: " + cluster.unsteady_because() + "\n";
    for (const std::string& line : cluster.world().notes()) text += line + "\n";
    return text;
}

}  // namespace baton::simulation
