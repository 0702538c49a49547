#pragma once

/// What a consensus core says about itself, for status pages, metrics and the
/// lease, which counts answers only from durable entries. A copy: it does not
/// change after it was taken.

#include "base/ids.hpp"
#include "base/time.hpp"
#include "core/raft/message.hpp"

#include <vector>

namespace baton::raft {

enum class Role {
    follower,
    pre_candidate,  ///< Asking whether an election could be won.
    candidate,
    leader,
};

/// Who leads, as far as this member knows, and what it is itself.
struct Standing {
    Role role = Role::follower;
    Term term;
    NodeId leader;  ///< Empty: unknown.

    friend bool operator==(const Standing&, const Standing&) = default;
};

/// What status pages and metrics show of one follower.
struct FollowerStatus {
    NodeId node;
    bool voter = true;
    LogIndex match;
    LogIndex next;
    bool receiving_snapshot = false;
    Instant last_contact = Instant::never();
};

struct Status {
    Role role = Role::follower;
    Term term;
    NodeId leader;  ///< Empty: unknown.
    NodeId vote;
    LogIndex first_index;  ///< First entry still in the log.
    LogIndex last_index;
    Term last_term;
    LogIndex stable_index;  ///< Durable up to here.
    LogIndex commit;
    LogIndex snapshot_index;
    Membership membership;  ///< Latest in the log, committed or not: the one in force (§4.1).
    LogIndex membership_index;
    bool membership_committed = true;
    /// Leader only: a majority answered within the least election timeout. Without that,
    /// others may already be electing; after the greatest one it leads no more.
    bool quorum_active = false;
    bool may_vote = true;        ///< False: mute until `Core::admit`.
    NodeId transfer_to;          ///< Leader only: leadership is being handed to this node.
    std::uint64_t snapshots_refused = 0;    ///< Incoming ones above Config::snapshot_bytes_max.
    std::vector<FollowerStatus> followers;  ///< Leader only.
};

}  // namespace baton::raft
