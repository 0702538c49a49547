#pragma once

/// A server is opened only on a node that had both ways to a majority of
/// running agents within a lease before. Contact is sampled, hence the slack.

#include "base/ids.hpp"
#include "simulation/checkers/checker.hpp"

#include <map>

namespace baton::simulation {

class NoMinorityPromotion : public Checker {
public:
    NoMinorityPromotion(World& world, Duration lease)
        : Checker(world, "no_minority_promotion"), lease_(lease) {}

    void in_majority(const NodeId& node) { last_[node] = now(); }

    void opened(const NodeId& node, const InstanceId& server) {
        judged();
        const auto last = last_.find(node);
        const bool ever = last != last_.end();
        if (ever && now() - last->second <= lease_ + sampling_slack) return;
        fail(server.text + " was opened on " + node.text +
             (ever ? ", cut off from a majority for " +
                         std::to_string(whole_milliseconds(now() - last->second)) + " ms"
                   : ", which never saw a majority"));
    }

private:
    static constexpr Duration sampling_slack = milliseconds{15};

    Duration lease_;
    std::map<NodeId, Instant> last_;
};

}  // namespace baton::simulation
