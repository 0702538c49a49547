#pragma once

/// How a cluster begins, and how an emptied directory is kept from voting.
///
/// A node without a cluster tells every peer of its file which directory it
/// has. When every voter of the file says that it has no cluster either, and
/// all files agree, the first voter by name makes the first state, which names
/// the incarnation of every directory, and hands it out. A member hands the
/// state to any unformed peer as well, but a node accepts it only if it names
/// the incarnation of its own directory: an emptied directory draws a new one
/// and therefore stays out until `node replace` admits it. Meanwhile it speaks to
/// whomever the state names as well.

#include "base/event.hpp"
#include "core/cluster/state.hpp"
#include "ports/log_store.hpp"
#include "ports/loop.hpp"
#include "ports/transport.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace baton::runtime {

/// How often an unformed node repeats itself.
inline constexpr Duration formation_interval = std::chrono::milliseconds{50};

class Formation {
public:
    using Formed = std::function<void(ClusterId, raft::Snapshot)>;

    Formation(Loop& loop, Transport& transport, NodeId self, Incarnation incarnation,
              cluster::Topology topology, std::string topology_digest, std::uint64_t entropy,
              Formed formed);
    ~Formation();

    void start();
    void receive(const NodeId& from, const Unformed& unformed);
    void receive(const NodeId& from, const baton::Formation& offered);

    /// What is missing, in words an operator can act on.
    [[nodiscard]] std::string waiting_for() const;

private:
    void turn();
    void form();
    void meet(const cluster::State& state);

    Loop& loop_;
    Transport& transport_;
    NodeId self_;
    Incarnation incarnation_;
    cluster::Topology topology_;
    std::string topology_digest_;
    std::uint64_t entropy_;
    Formed formed_;
    std::map<NodeId, Unformed> unformed_;
    std::map<NodeId, cluster::Endpoint> peers_;  ///< Of the file, and of an offered state.
    std::string refused_because_;
    TimerId timer_ = 0;
    bool done_ = false;
};

}  // namespace baton::runtime
