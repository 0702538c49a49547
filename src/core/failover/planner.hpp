#pragma once

/// The failover planner: what should happen next to one replicated group.
///
///     Facts ──► decide() ──► Rule { id, step, why }
///
/// A pure function over finite facts. The step is replicated with the facts
/// it was taken on before anyone acts on it. tests/exhaustive/failover checks
/// every value of `Facts`:
///   S1  A standby is appointed only when its predecessor can no longer have a
///       write acknowledged.
///   S2  A standby that may lack acknowledged writes is never appointed unless
///       an operator accepted the stated loss.
///   S3  Without a quorum nothing changes.
///   S4  From every phase `steady` can be reached.

#include "core/failover/facts.hpp"

#include <optional>
#include <span>
#include <string_view>

namespace baton::failover {

/// What to replicate next.
enum class Step {
    stay,           ///< Nothing; the rule says what is waited for.
    revoke,         ///< End the appointment: cluster::Revoke.
    appoint,        ///< Appoint the best candidate: cluster::Appoint.
    record_opened,  ///< The primary is open: cluster::RecordOpened.
    record_holder,  ///< What a standby's memory is worth: cluster::RecordHolder.
    record_steady,  ///< All is repaired: cluster::RecordSteady{true}.
    record_broken,  ///< Something needs repair: cluster::RecordSteady{false}.
    hand_over,      ///< Begin the switchover: cluster::HandOver to the candidate.
    undo_hand_over, ///< Give the switchover up: cluster::HandOver to nobody.
    drop_request,   ///< The request cannot be met: cluster::Request of kind none.
};

/// One row: the first whose condition holds is taken.
struct Rule {
    std::string_view id;            ///< Stable: used in events, metrics and documents.
    bool (*when)(const Facts&);
    Step step = Step::stay;
    std::string_view why;           ///< One sentence for the operator.
};

/// The table in order; docs/failover.md is generated from it.
[[nodiscard]] std::span<const Rule> rules();

/// The first rule that holds. Total: some rule always does.
[[nodiscard]] const Rule& decide(const Facts& facts);

/// The phase a group is in after the step was applied.
[[nodiscard]] Phase phase_after(const Facts& facts, Step step);

[[nodiscard]] std::string_view name_of(Step step);

}  // namespace baton::failover
