#pragma once

/// Everything a decision about one group depends on, and nothing else. Finite
/// on purpose: the rule table is checked against every possible value.

#include "base/ids.hpp"
#include "core/cluster/state.hpp"

#include <string>

namespace baton::failover {

using cluster::Phase;
using cluster::RequestKind;

/// The instance that holds the group's last appointment.
enum class Primary {
    serving,  ///< Nothing speaks against it; perhaps it is still opening.
    silent,   ///< A majority holds its node failed, and a lease has passed in silence.
    hung,     ///< Its node says that it stands still, and has been unable to end it.
    closed,   ///< Its node proved that it can never act at this epoch again.
};

/// Whether the holder of a revoked appointment could still acknowledge a write.
enum class OldPrimary {
    may_act,  ///< Its lease may be running, or time alone proves nothing about its node.
    over,     ///< Proven closed, or its lease has ended on a node that closes by itself.
};

/// What the positions of the standbys permit.
enum class Candidate {
    none,      ///< Nobody could be promoted.
    awaited,   ///< A reachable standby has not told its position yet.
    lossy,     ///< Only standbys that may lack acknowledged writes.
    held_back, ///< The only complete copy has priority 0: never chosen without an operator.
    complete,  ///< A standby that descends from the recorded history and is the furthest.
};

/// How far a planned switchover has come on the primary's node.
enum class HandOverStep {
    none,     ///< No switchover, or nothing heard of it yet.
    clean,    ///< The primary closed itself and the successor holds everything.
    expired,  ///< The time for it is over and the primary is not known to be closed.
    lost,     ///< The successor died or is not heard, and the primary is not known to be closed.
    given_up,  ///< The primary's node tried it in vain, and the primary is not known to be closed.
    unpromised,  ///< As clean, but its node's stalled disk cannot take the promise that proves it.
};

struct Facts {
    Phase phase = Phase::vacant;
    bool quorum = false;  ///< This leader can commit now.
    Primary primary = Primary::serving;
    OldPrimary old_primary = OldPrimary::may_act;
    Candidate candidate = Candidate::none;
    HandOverStep hand_over = HandOverStep::none;
    RequestKind request = RequestKind::none;
    bool loss_accepted = false;   ///< The operator's request accepts the stated loss.
    bool paused = false;          ///< An operator paused automatic failover.
    bool needs_proof = false;     ///< A failover happened just now: suspicion alone is not enough.
    bool fenced = false;          ///< An operator fenced the primary's node.
    bool drained = false;         ///< An operator drains the primary's node.
    bool sick = false;            ///< The disk under the primary has been failing for too long.
    bool opened = false;          ///< The primary reports being open at this epoch.
    bool history_moved = false;   ///< The primary wrote another history than recorded.
    bool holder_due = false;      ///< Replicated: the record of a standby's memory is due.
    bool repaired = false;        ///< Every reachable standby follows; every front is current.

    friend bool operator==(const Facts&, const Facts&) = default;
};

/// The facts as text, for the log entry and `baton why`.
[[nodiscard]] std::string describe(const Facts& facts);

[[nodiscard]] std::string_view name_of(Primary primary);
[[nodiscard]] std::string_view name_of(OldPrimary old_primary);
[[nodiscard]] std::string_view name_of(Candidate candidate);
[[nodiscard]] std::string_view name_of(HandOverStep step);

}  // namespace baton::failover
