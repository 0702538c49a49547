#pragma once

/// A server is opened only on a node that had both ways to a majority of
/// running agents within a lease before. Contact is sampled, hence the slack.

#include "base/ids.hpp"
#include "simulation/world.hpp"

#include <map>

namespace baton::simulation {

class NoMinorityPromotion {
public:
    NoMinorityPromotion(World& world, Duration lease) : world_(world), lease_(lease) {}

    void in_majority(const NodeId& node) { last_[node] = world_.now(); }

    void opened(const NodeId& node, const InstanceId& server) {
        const auto last = last_.find(node);
        const bool ever = last != last_.end();
        if (ever && world_.now() - last->second <= lease_ + sampling_slack) return;
        world_.fail(
            "no_minority_promotion",
            server.text + " was opened on " + node.text +
                (ever ? ", cut off from a majority for " +
                            std::to_string(whole_milliseconds(world_.now() - last->second)) + " ms"
                      : ", which never saw a majority"));
    }

private:
    static constexpr Duration sampling_slack = milliseconds{15};

    World& world_;
    Duration lease_;
    std::map<NodeId, Instant> last_;
};

}  // namespace baton::simulation
