#pragma once

/// Keeps this node's front in step with the applied state: recomputes the routes
/// when what they depend on changed, applies them when they change, and reports which
/// groups are served as agreed. One application is under way at a time; the
/// newest wish wins.

#include "base/event.hpp"
#include "core/routing/routes.hpp"
#include "ports/front.hpp"
#include "ports/loop.hpp"
#include "runtime/bridge.hpp"
#include "runtime/view.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace baton::runtime {

class FrontLoop {
public:
    using Emit = std::function<void(Event)>;

    FrontLoop(NodeId self, Loop& loop, std::unique_ptr<Front> front, MemberLink& member, Emit emit);
    ~FrontLoop();

    void directive(const MemberView& view);
    /// The front's process is gone: it is started again with the same routes.
    void gone();

private:
    void apply_if_needed();
    void applied(const Result<void>& result, std::vector<FrontRoute> routes);
    void report(const std::vector<FrontRoute>& routes);
    void retry_after(Duration pause);

    NodeId self_;
    Loop& loop_;
    std::unique_ptr<Front> front_;
    MemberLink& member_;
    Emit emit_;
    std::shared_ptr<const cluster::State> state_;  ///< This and the next two: as last seen.
    SharedMap<lease::Pair, NodeId> open_;
    std::map<NodeId, cluster::NodeReport> reports_;
    std::vector<FrontRoute> wanted_;
    std::vector<FrontRoute> current_;
    bool known_ = false;  ///< `wanted_` was computed from a state that is caught up.
    bool applied_once_ = false;
    bool applying_ = false;
    std::string last_failure_;
    TimerId retry_timer_ = 0;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace baton::runtime
