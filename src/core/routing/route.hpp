#pragma once

/// What clients find behind a front: for each group the two doors (writes,
/// reads) and which servers stand behind them. Plain values; who is served by
/// whom is decided in routes.hpp, and what a proxy makes of it in its adapter.

#include "base/ids.hpp"
#include "core/cluster/topology.hpp"

#include <vector>

namespace baton {

/// One server behind a front and whether traffic may go to it.
struct FrontServer {
    InstanceId instance;
    cluster::Endpoint endpoint;
    cluster::Endpoint check;  ///< The API of the instance's agent.
    bool writes = false;      ///< At most one per group is true.
    bool reads = false;

    friend bool operator==(const FrontServer&, const FrontServer&) = default;
};

/// What the front of one group must look like on this node.
struct FrontRoute {
    GroupId group;
    Epoch epoch;
    cluster::Endpoint write;  ///< Where clients connect on this node; port 0: no such door.
    cluster::Endpoint read;
    std::vector<FrontServer> servers;

    friend bool operator==(const FrontRoute&, const FrontRoute&) = default;
};

}  // namespace baton
