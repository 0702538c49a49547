#pragma once

/// The port to the node's front door (one HAProxy per node).

#include "base/time.hpp"
#include "core/routing/route.hpp"
#include "ports/done.hpp"

#include <vector>

namespace baton {

class Front {
public:
    virtual ~Front() = default;

    /// Makes the front serve exactly these routes: ports, servers and who gets
    /// traffic; connections to servers that lost a role are cut. Starts
    /// HAProxy if it is not running. Cheap when nothing changed. Epochs never
    /// go back for a group: an older one is `conflict`.
    virtual void apply(std::vector<FrontRoute> routes, Instant deadline, Done<void> done) = 0;
};

}  // namespace baton
