#pragma once

/// What operators put into the log: wishes about a group, a new declaration,
/// a new data directory for a node. The rest of the commands is baton's own.

#include "base/ids.hpp"
#include "core/cluster/topology.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace baton::cluster {

enum class RequestKind {
    none,
    switchover,  ///< Planned; nothing may be lost.
    failover,    ///< Forced; the primary need not answer.
};

/// An operator's wish, or its withdrawal (kind none).
struct Request {
    GroupId group;
    Epoch epoch;  ///< Epoch the operator saw; another one makes the request stale.
    RequestKind kind = RequestKind::none;
    InstanceId target;
    bool accept_loss = false;
    std::string by;
    std::string reason;
    std::int64_t wall_milliseconds = 0;

    friend bool operator==(const Request&, const Request&) = default;
};

struct SetPaused {
    GroupId group;
    bool paused = false;
    std::string by;
    std::string reason;
    std::int64_t wall_milliseconds = 0;

    friend bool operator==(const SetPaused&, const SetPaused&) = default;
};

/// What an operator lets a node do.
enum class Duty {
    active,
    drained,  ///< It goes on following and voting, but leads nothing if another can.
    fenced,   ///< Its servers are standbys of nobody until it rejoins, also after a restart.
    leaving,  ///< As drained; it loses its vote and is then forgotten (departure.hpp).
};

struct SetDuty {
    NodeId node;
    Duty duty = Duty::active;
    std::string by;  ///< Who asked, and why.
    std::int64_t wall_milliseconds = 0;

    friend bool operator==(const SetDuty&, const SetDuty&) = default;
};

/// Replaces declared groups and node addresses (`config apply`). Lease and
/// voters are not changed by it.
struct Declare {
    Topology topology;
    std::string by;
    std::int64_t wall_milliseconds = 0;
    std::uint64_t expected = 0;  ///< Digest of the topology the operator saw; 0: whatever is there.

    friend bool operator==(const Declare&, const Declare&) = default;
};

/// Makes a node known (`cluster scale`). It gets a vote later, as a replaced one
/// does: when its first directory was heard of, and has copied the log.
struct AddNode {
    Node node;
    std::string by;
    std::int64_t wall_milliseconds = 0;

    friend bool operator==(const AddNode&, const AddNode&) = default;
};

/// The end of a departure: the node has no vote any more and is forgotten.
struct ForgetNode {
    NodeId node;

    friend bool operator==(const ForgetNode&, const ForgetNode&) = default;
};

/// Begins to admit a new data directory for a known node (`node replace`). The
/// leader carries the steps out (replacement.hpp) until EndReplacement.
struct ReplaceNode {
    NodeId node;
    Incarnation incarnation;  ///< Of the new directory.
    std::string by;
    std::int64_t wall_milliseconds = 0;

    friend bool operator==(const ReplaceNode&, const ReplaceNode&) = default;
};

/// The replacement of a node by this directory is over.
struct EndReplacement {
    NodeId node;
    Incarnation incarnation;

    friend bool operator==(const EndReplacement&, const EndReplacement&) = default;
};

/// Makes the new data directory of a node under replacement the known one.
/// Proposed only while the node has no vote: see replacement.hpp.
struct AdmitIncarnation {
    NodeId node;
    Incarnation incarnation;
    std::string by;

    friend bool operator==(const AdmitIncarnation&, const AdmitIncarnation&) = default;
};

/// Whether an operator may ask for `wanted` while `pending` is under way: a forced
/// failover goes before whatever can perhaps no longer happen, such as a switchover of
/// a group that failed meanwhile, or a failover that only a consent to losses can end.
[[nodiscard]] bool may_replace(RequestKind pending, RequestKind wanted);

[[nodiscard]] std::string_view name_of(RequestKind kind);
[[nodiscard]] std::string_view name_of(Duty duty);

}  // namespace baton::cluster
