#pragma once

/// What one server of this node is run with. Values and borrowed adapters only;
/// instance_loop.hpp says what is done with them.

#include "core/cluster/topology.hpp"
#include "ports/guard.hpp"
#include "ports/quarantine.hpp"
#include "ports/server.hpp"

#include <memory>

namespace baton::runtime {

struct InstanceParts {
    cluster::Group group;
    cluster::Instance instance;
    Launch launch;
    std::unique_ptr<Server> server;
    std::unique_ptr<Quarantine> quarantine;
};

}  // namespace baton::runtime
