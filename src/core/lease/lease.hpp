#pragma once

/// The words of the quorum lease: which authority, the heartbeat that renews
/// it, the voter's answer. The argument is in docs/lease.md.

#include "base/ids.hpp"
#include "base/time.hpp"

#include <cstdint>
#include <vector>

namespace baton::lease {

/// One appointment: the authority a lease is about.
struct Pair {
    GroupId group;
    Epoch epoch;

    friend auto operator<=>(const Pair&, const Pair&) = default;
};

/// A pair this node holds an applied appointment for.
struct Holding {
    Pair pair;
    bool open = false;  ///< Its server accepts writes now; fronts may send traffic.

    friend bool operator==(const Holding&, const Holding&) = default;
};

/// Sent by every node to every member each heartbeat interval.
struct Heartbeat {
    NodeId from;
    Incarnation incarnation;
    std::uint64_t sequence = 0;
    Instant sent;                ///< Sender's clock; only the sender ever interprets it.
    LogIndex membership_index;   ///< Sender's latest configuration, committed or not.
    std::vector<NodeId> voters;  ///< That configuration's voters.
    std::vector<Holding> holdings;

    friend bool operator==(const Heartbeat&, const Heartbeat&) = default;
};

/// A voter's answer. A voter with another configuration does not answer.
struct HeartbeatAnswer {
    NodeId from;
    std::uint64_t sequence = 0;  ///< Of the heartbeat answered.
    Instant sent;                ///< Echo of the heartbeat's `sent`.
    LogIndex membership_index;
    std::vector<Pair> refused;  ///< Listed pairs this voter does not renew.

    friend bool operator==(const HeartbeatAnswer&, const HeartbeatAnswer&) = default;
};

/// The clock rates of two machines differ by at most 0.1 % of one another;
/// waiting twice that beyond the lease leaves as much again.
[[nodiscard]] Duration takeover_wait(Duration lease);

}  // namespace baton::lease
