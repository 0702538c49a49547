#pragma once

/// The port to durable consensus state: log, term and vote, snapshot, and the
/// promises of this node. Writes are answered in order, only once durable
/// (fdatasync, and the directory's fsync after a rename).

#include "base/ids.hpp"
#include "base/time.hpp"
#include "core/raft/core.hpp"
#include "ports/done.hpp"

#include <map>
#include <optional>

namespace baton {

/// Who this directory belongs to. Written once, before anything else.
struct Identity {
    NodeId node;
    Incarnation incarnation;
    ClusterId cluster;  ///< Empty until the node has joined or formed a cluster.

    friend bool operator==(const Identity&, const Identity&) = default;
};

/// Everything found in the directory at start.
struct Recovered {
    Identity identity;
    raft::Restored raft;
    std::map<GroupId, Epoch> closed;  ///< Durable promises never to open these epochs again.
};

class LogStore {
public:
    virtual ~LogStore() = default;

    /// Makes `persist` durable, in order. Errors: unavailable (no space, or a
    /// write failed: nothing later is written either; the owner steps down).
    virtual void save(raft::Persist persist, Done<void> done) = 0;

    /// Binds the directory to a cluster, then stores its first snapshot.
    virtual void join(ClusterId cluster, raft::Snapshot first, Done<void> done) = 0;

    /// Promises durably never to open `group` at `epoch` or below again.
    virtual void close_epoch(GroupId group, Epoch epoch, Done<void> done) = 0;

    /// How long the write in progress has been running; 0 if none.
    [[nodiscard]] virtual Duration stalled_for(Instant now) const = 0;
};

}  // namespace baton
