#pragma once

/// The epoch is the fencing token, and outside the log it only grows as well:
/// no front goes back to an earlier one, and no server is opened under one,
/// whichever agents have died and come back in between.

#include "core/cluster/report.hpp"
#include "core/routing/route.hpp"
#include "simulation/checkers/checker.hpp"

#include <map>
#include <string>
#include <utility>

namespace baton::simulation {

class FencingTokens : public Checker {
public:
    explicit FencingTokens(World& world) : Checker(world, "fencing_tokens") {}

    void served(const NodeId& node, const FrontRoute& route) {
        grows(served_[{node, route.group}], route.epoch, "the front of " + node.text);
    }
    void reported(const cluster::NodeReport& report) {
        for (const auto& [id, each] : report.instances) {
            if (each.opened.value == 0) continue;
            grows(opened_[id], each.opened, id.text);
        }
    }

private:
    void grows(Epoch& last, Epoch fresh, const std::string& who) {
        judged();
        if (fresh < last) {
            fail(who + " went back from epoch " + std::to_string(last.value) + " to " +
                 std::to_string(fresh.value));
        }
        last = fresh;
    }

    std::map<std::pair<NodeId, GroupId>, Epoch> served_;
    std::map<InstanceId, Epoch> opened_;
};

}  // namespace baton::simulation
