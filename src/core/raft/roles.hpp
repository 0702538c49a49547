#pragma once

/// What a member remembers only while it plays one role. A change of role
/// discards it whole, so nothing of a past leadership can leak into the next.

#include "base/time.hpp"
#include "core/raft/message.hpp"
#include "core/raft/progress.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <variant>
#include <vector>

namespace baton::raft {

struct Following {};

/// Asking for votes, or (`pre`) asking whether asking would succeed.
struct Campaigning {
    bool pre = true;
    bool transfer = false;  ///< On behalf of the leader: overrides the sticky leader.
    std::set<NodeId> granted;
    std::set<NodeId> refused;
    Instant ask_again_at;  ///< Requests are idempotent; those without a grant are repeated.
};

/// A read waiting for a majority to answer `round`; 0: no round started yet.
struct PendingRead {
    std::uint64_t id = 0;
    LogIndex index;
    std::uint64_t round = 0;
};

struct Transfer {
    NodeId to;
    Instant deadline;
    bool invited = false;  ///< TimeoutNow left; repeated with each heartbeat.
};

struct Leading {
    LogIndex first_of_term;  ///< The no-op; nothing commits before it does (§5.4.2).
    /// False: this term's vote may not be durable yet, so nothing may leave
    /// ahead of the disk. Only a single voter gets here without others' votes.
    bool term_durable = true;
    std::map<NodeId, Progress> followers;
    std::uint64_t round = 1;  ///< Carried by every Append, echoed by every answer.
    Instant heartbeat_at;
    std::optional<Transfer> transfer;
    std::vector<PendingRead> reads;    ///< In order of round; at most Config::reads_max.
    std::optional<Snapshot> snapshot;  ///< The one travelling to all members being restored.
};

using RoleState = std::variant<Following, Campaigning, Leading>;

}  // namespace baton::raft
