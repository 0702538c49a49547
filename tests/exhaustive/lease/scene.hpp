#pragma once

/// What one small world consists of, and which rules of the lease hold in it.
/// Answers nothing by itself: world.hpp plays it, explorer.hpp tries everything.
///
/// Node 0, called a, holds the appointment of the only pair. All else is said
/// here: who votes, who leads, whose clock is fast, what may go wrong how often.

#include "base/time.hpp"
#include "core/lease/closing.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace baton::exhaustive {

inline constexpr std::size_t nodes_max = 4;
inline constexpr std::size_t beats_max = 3;

/// The lease is the default one, and a step of the world half of it: long enough
/// for few steps, short enough for a renewal within a lease.
inline constexpr Duration lease_length = std::chrono::milliseconds{750};
inline constexpr Duration step_length = lease_length / 2;

/// What a clock shows while a second passes: the two extremes that the bound of
/// 0.1 % permits between two machines.
inline constexpr std::int64_t slow = 1000;
inline constexpr std::int64_t fast = 1001;

/// Each rule that docs/lease.md numbers. All are true in the program.
struct Rules {
    bool voters_refuse = true;             ///< A pair whose revocation is in their log.
    bool leader_waits = true;              ///< Until the lease after the last renewal is over.
    bool wait_covers_drift = true;         ///< And 0.2 % longer.
    bool restart_limits_memory = true;     ///< A voter claims no silence from before its start.
    bool new_vote_limits_memory = true;    ///< Nor from before it had its vote.
    bool configurations_are_equal = true;  ///< Of a heartbeat and of the voter that answers it.
    bool changes_pause = true;             ///< A lease lies between two changes of membership,
    bool first_commit_settles = true;      ///< and between a leader's first commit and its first.
    bool answers_are_durable = true;       ///< Only a revocation on disk is answered for.
    bool answers_are_committed = true;     ///< And only the one that is committed.
    bool promises_are_durable = true;      ///< Never to open again is on disk before it is told.
};

/// What a leader before this one left in some logs, uncommitted: a revocation,
/// or a membership with these voters.
struct Remains {
    std::vector<std::size_t> nodes;
    std::vector<std::size_t> voters;  ///< Empty: it is a revocation.
};

struct Scene {
    std::size_t nodes = 3;
    std::size_t leader = 1;
    /// Voters of the memberships in the order in which they are agreed on.
    std::vector<std::vector<std::size_t>> memberships{{0, 1, 2}};
    std::array<std::int64_t, nodes_max> rates{slow, fast, fast, fast};
    int steps = 4;          ///< The world ends after so many.
    std::size_t beats = 2;  ///< Heartbeats in all.
    int restarts = 0;       ///< Of agents, in all, and on which nodes.
    std::vector<std::size_t> restarting{0, 1, 2};
    bool slow_disks = false;  ///< Else every entry is durable at once.
    /// Voters' answers to the revocation may be late. Else they arrive at once:
    /// a late one lets the leader wait longer, never shorter.
    bool late_words = false;
    /// Heartbeats may reach a voter twice, or when their lease would be over.
    /// Else not: it would only make the voter tell a later renewal.
    bool repeats = false;
    bool may_close = false;  ///< The holder may close its server and promise so.
    std::optional<Remains> remains;
    /// How much too late the guard may be.
    Duration guard_lateness = lease::guard_margin;
    Rules rules;
};

}  // namespace baton::exhaustive
