#pragma once

/// The port to other agents: ordered, unreliable messages between members.
/// A message is delivered at most once per connection, may be lost with the
/// connection, and is never corrupted or attributed to the wrong sender: the
/// adapter checks cluster, node and incarnation before anything is delivered.

#include "base/ids.hpp"
#include "core/cluster/report.hpp"
#include "core/lease/lease.hpp"
#include "core/raft/message.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <variant>
#include <vector>

namespace baton {

/// A formed member's first state for a node that has none yet. The receiver
/// accepts it only if the state names the incarnation of its own directory.
struct Formation {
    raft::Snapshot snapshot;

    friend bool operator==(const Formation&, const Formation&) = default;
};

/// What a node without a cluster says: "this is my directory, this my file".
struct Unformed {
    Incarnation incarnation;
    std::string topology_digest;

    friend bool operator==(const Unformed&, const Unformed&) = default;
};

using PeerMessage = std::variant<raft::Message, lease::Heartbeat, lease::HeartbeatAnswer,
                                 cluster::NodeReport, Formation, Unformed>;

/// Two connections per pair of nodes, so that bulk never delays a renewal.
enum class Lane {
    urgent,  ///< Heartbeats, their answers, votes, empty appends, reports.
    bulk,    ///< Log entries and snapshots.
};

/// Bound on messages waiting for one peer on one lane; the oldest is dropped.
inline constexpr std::size_t transport_queue_max = 1024;

class Transport {
public:
    using Receive = std::function<void(const NodeId& from, PeerMessage message)>;
    /// `up` false: the last connection to that peer was lost or refused.
    using Connectivity = std::function<void(const NodeId& peer, bool up)>;

    virtual ~Transport() = default;

    /// Called once before anything is sent; both run on the owner's loop.
    virtual void start(Receive receive, Connectivity connectivity) = 0;
    /// From now on exactly these peers can be reached. One that was known before
    /// stays at the address it had, until the agent is restarted.
    virtual void meet(const std::map<NodeId, cluster::Endpoint>& peers) = 0;
    /// Queues a message; silently dropped when the peer cannot be reached.
    virtual void send(const NodeId& to, Lane lane, PeerMessage message) = 0;
};

}  // namespace baton
