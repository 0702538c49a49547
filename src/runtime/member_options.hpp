#pragma once

/// What a member of the cluster is told when it starts.

#include "base/ids.hpp"
#include "core/cluster/topology.hpp"
#include "core/detector/phi.hpp"
#include "runtime/consensus.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace baton::runtime {

struct MemberOptions {
    NodeId self;
    cluster::Topology topology;  ///< As the cluster file proposes it.
    std::string topology_digest;
    ConsensusOptions consensus;
    detector::Config detector;
    std::uint64_t entropy = 0;  ///< Of elections, a new cluster's name, reports' numbers.
    /// Called on the member's loop, perhaps more than once, when its log cannot be written any
    /// more. What was not stored must not be said, so its program has to end and start anew.
    std::function<void()> log_failed{};
};

}  // namespace baton::runtime
