#pragma once

/// The servers and the front of one node, made from the agreed state.

#include "adapters/factories.hpp"
#include "adapters/factories.hpp"
#include "base/event.hpp"
#include "core/cluster/state.hpp"
#include "runtime/instance_loop.hpp"

#include <memory>
#include <set>
#include <string>
#include <vector>

namespace baton::agent {

struct Servers {
    std::vector<runtime::InstanceParts> instances;
    std::unique_ptr<Front> front;  ///< Null when no group has a front on this node.
    std::set<std::string> declared;  ///< Every instance of this node, managed or not.
    std::vector<Event> problems;   ///< Instances that cannot be managed here, and why.
};

/// Those of the node that `front` names; its lease is taken from the state. What
/// returning servers hold alone is kept in directory `quarantine`.
[[nodiscard]] Servers servers_of(const cluster::State& state, adapters::RunningLoop& loop,
                                 Guard& guard, adapters::FrontOptions front,
                                 const std::string& quarantine);

}  // namespace baton::agent
