#pragma once

/// The voter's side of the quorum lease: which heartbeats may this node
/// acknowledge, and how long ago did it last renew each pair?
///
/// A voter refuses a pair from the moment its log holds an entry that ends it
/// (Revoke of that epoch or a later one, Appoint of a later one), durable or
/// not, committed or not. It answers only heartbeats of its own configuration.

#include "base/ids.hpp"
#include "base/time.hpp"
#include "core/lease/lease.hpp"

#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

namespace baton::lease {

/// What one log entry says about a group's appointments.
struct Ending {
    GroupId group;
    Epoch last_refused;  ///< This epoch and all before it are over.

    friend bool operator==(const Ending&, const Ending&) = default;
};

/// Renewals remembered one by one per group, the newest epochs. Only the epoch
/// that was revoked last is ever asked for; older ones share one instant.
inline constexpr std::size_t epochs_remembered_max = 4;

class Voter {
public:
    /// `started`: when this agent began, or became a voter, whichever is
    /// later. Before that it remembers nothing.
    Voter(NodeId self, Instant started);

    /// The latest configuration in this node's log.
    void configure(LogIndex membership_index, std::vector<NodeId> voters);

    /// This node was made a voter at `now` after having been none: an earlier
    /// memory of silence proves nothing.
    void became_voter(Instant now);

    /// An entry at `index` was appended to the log, durable or not.
    void appended(LogIndex index, const Ending& ending);
    /// Entries from `index` on were replaced.
    void truncated(LogIndex index);
    /// The applied state ends these; a snapshot may have brought them.
    void applied(const Ending& ending);

    /// The answer to a heartbeat, if this voter answers it at all. Remembers
    /// when it acknowledged each pair.
    [[nodiscard]] std::optional<HeartbeatAnswer> answer(const Heartbeat& heartbeat, Instant now);

    /// How long ago `pair` was last acknowledged; without memory, how long
    /// this node has been able to remember. Never longer than the truth: an
    /// epoch beyond the bound counts as renewed when the last of those was.
    [[nodiscard]] Duration age(const Pair& pair, Instant now) const;

    [[nodiscard]] bool refuses(const Pair& pair) const;

    /// Renewals remembered one by one, of all groups.
    [[nodiscard]] std::size_t remembered() const;

private:
    /// What is over of a group, and when its pairs were acknowledged; everything up
    /// to `forgotten` was at the latest at `forgotten_at`.
    struct Memory {
        Epoch ended;                             ///< By applied entries.
        std::map<LogIndex, Epoch> ended_in_log;  ///< By entries above them.
        std::map<Epoch, Instant> renewed;
        Epoch forgotten;
        Instant forgotten_at = Instant::never();

        [[nodiscard]] bool refuses(Epoch epoch) const;
        void remember(Epoch epoch, Instant now);
    };

    NodeId self_;
    Instant remembers_since_;
    LogIndex membership_index_;
    std::vector<NodeId> voters_;
    std::unordered_map<GroupId, Memory> memories_;
    LogIndex newest_ending_;  ///< No entry above it ends anything.
};

}  // namespace baton::lease
