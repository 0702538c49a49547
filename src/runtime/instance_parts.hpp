#pragma once

/// What one server of this node is run with. Values and borrowed adapters only;
/// instance_loop.hpp says what is done with them.

#include "base/result.hpp"
#include "core/cluster/topology.hpp"
#include "ports/guard.hpp"
#include "ports/quarantine.hpp"
#include "ports/server.hpp"

#include <functional>
#include <memory>

namespace baton::runtime {

struct InstanceParts {
    cluster::Group group;
    cluster::Instance instance;
    Launch launch;
    std::unique_ptr<Server> server;
    std::unique_ptr<Quarantine> quarantine;
    /// Takes the server's data out of its directory while it does not run; does not
    /// block. Empty: it cannot be thrown away.
    std::function<Result<void>()> empty{};
};

}  // namespace baton::runtime
