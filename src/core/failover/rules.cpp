#include "core/failover/planner.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <array>

namespace baton::failover {

namespace {

bool in_office(const Facts& f) {
    return f.phase != Phase::vacant && f.phase != Phase::fencing;
}
bool may_take(const Facts& f) {
    return f.candidate == Candidate::complete ||
           (f.candidate == Candidate::lossy && f.loss_accepted);
}
bool waiting_for_primary(const Facts& f) {
    return f.phase == Phase::fencing;
}
bool serving_phase(const Facts& f) {
    return f.phase == Phase::repairing || f.phase == Phase::steady;
}

constexpr std::array table{
    Rule{"quorum.lost", [](const Facts& f) { return !f.quorum; }, Step::stay,
         "this leader cannot commit: a minority neither acts nor changes phase"},

    Rule{"birth.appoint", [](const Facts& f) { return f.phase == Phase::vacant && may_take(f); },
         Step::appoint, "the group has never had a primary and every instance has reported"},
    Rule{"birth.wait", [](const Facts& f) { return f.phase == Phase::vacant; }, Step::stay,
         "the group has never had a primary; one is chosen when every instance has reported"},

    Rule{"switchover.finish",
         [](const Facts& f) {
             return f.phase == Phase::handing_over && f.primary == Primary::closed &&
                    f.hand_over == HandOverStep::clean && f.candidate == Candidate::complete;
         },
         Step::appoint, "the primary closed itself and its successor holds every write"},

    Rule{"failover.closed",
         [](const Facts& f) {
             return in_office(f) && f.primary == Primary::closed &&
                    (!f.paused || f.request == RequestKind::failover);
         },
         Step::revoke, "the primary's node proved that its server can no longer act"},
    Rule{"failover.requested",
         [](const Facts& f) { return in_office(f) && f.request == RequestKind::failover; },
         Step::revoke, "an operator asked for a failover"},
    Rule{"failover.fenced", [](const Facts& f) { return in_office(f) && f.fenced; }, Step::revoke,
         "an operator fenced the primary's node"},
    Rule{"failover.paused",
         [](const Facts& f) { return in_office(f) && f.paused && f.primary != Primary::serving; },
         Step::stay,
         "the primary is gone but automatic failover is paused; resume the group or ask for a "
         "failover"},
    Rule{"failover.needs_proof",
         [](const Facts& f) {
             return in_office(f) && f.primary == Primary::silent && f.needs_proof;
         },
         Step::stay,
         "the primary is silent, but the last failover was a moment ago: another one needs proof"},
    Rule{"failover.silent",
         [](const Facts& f) { return in_office(f) && f.primary == Primary::silent; }, Step::revoke,
         "a majority holds the primary's node failed and its lease had time to end"},

    Rule{"failover.hung",
         [](const Facts& f) { return in_office(f) && f.primary == Primary::hung; }, Step::revoke,
         "the primary stands still and its node cannot end it, as with a stalled disk: its lease "
         "has to end first"},

    Rule{"switchover.unpromised",
         [](const Facts& f) {
             return f.phase == Phase::handing_over && f.hand_over == HandOverStep::unpromised &&
                    !f.paused;
         },
         Step::revoke,
         "the primary is closed and its successor holds everything, but the stalled disk of its "
         "node cannot record that: its lease has to end first"},

    Rule{"promote.done", [](const Facts& f) { return f.phase == Phase::promoting && f.opened; },
         Step::record_opened, "the new primary is open and told its data history"},
    Rule{"promote.wait", [](const Facts& f) { return f.phase == Phase::promoting; }, Step::stay,
         "the new primary is appointed and about to open"},

    Rule{"history.record",
         [](const Facts& f) {
             return (serving_phase(f) || f.phase == Phase::handing_over) && f.history_moved;
         },
         Step::record_opened,
         "the primary was closed for a moment and began a new history when it opened again"},

    Rule{"switchover.undo",
         [](const Facts& f) {
             return f.phase == Phase::handing_over && f.hand_over == HandOverStep::expired;
         },
         Step::undo_hand_over,
         "the successor did not catch up in time; the primary goes on serving"},
    Rule{"switchover.lost",
         [](const Facts& f) {
             return f.phase == Phase::handing_over && f.hand_over == HandOverStep::lost;
         },
         Step::undo_hand_over,
         "the successor died or is not heard; the primary goes on serving"},
    Rule{"switchover.given_up",
         [](const Facts& f) {
             return f.phase == Phase::handing_over && f.hand_over == HandOverStep::given_up;
         },
         Step::undo_hand_over,
         "the primary's node could not hand over; the primary goes on serving"},
    Rule{"switchover.wait", [](const Facts& f) { return f.phase == Phase::handing_over; },
         Step::stay, "the primary holds writes back until its successor has everything"},
    Rule{"switchover.start",
         [](const Facts& f) {
             return serving_phase(f) && f.request == RequestKind::switchover &&
                    f.candidate == Candidate::complete;
         },
         Step::hand_over, "an operator asked for a switchover and the successor is fit"},
    Rule{"drain.start",
         [](const Facts& f) {
             return serving_phase(f) && f.drained && f.request == RequestKind::none &&
                    f.candidate == Candidate::complete;
         },
         Step::hand_over, "an operator drains the primary's node and a successor is fit"},
    Rule{"sick.start",
         [](const Facts& f) {
             return serving_phase(f) && f.sick && f.request == RequestKind::none && !f.paused &&
                    !f.needs_proof && f.candidate == Candidate::complete;
         },
         Step::hand_over,
         "the disk under the primary is failing and a standby on a sound one is fit"},
    Rule{"switchover.wait_target",
         [](const Facts& f) {
             return serving_phase(f) && f.request == RequestKind::switchover &&
                    f.candidate == Candidate::awaited;
         },
         Step::stay, "an operator asked for a switchover; the target has not reported yet"},
    Rule{"switchover.unfit",
         [](const Facts& f) { return serving_phase(f) && f.request == RequestKind::switchover; },
         Step::drop_request, "the switchover was dropped: its target cannot take over now"},

    Rule{"holder.record", [](const Facts& f) { return serving_phase(f) && f.holder_due; },
         Step::record_holder,
         "a standby's memory is new: its positions count from what the primary held after that"},

    Rule{"repair.done", [](const Facts& f) { return f.phase == Phase::repairing && f.repaired; },
         Step::record_steady, "every reachable standby follows and every front is current"},
    Rule{"repair.wait", [](const Facts& f) { return f.phase == Phase::repairing; }, Step::stay,
         "standbys or fronts still have to follow the primary"},
    Rule{"steady.broken", [](const Facts& f) { return f.phase == Phase::steady && !f.repaired; },
         Step::record_broken, "a standby stopped following or a front is not current"},
    Rule{"steady.hold", [](const Facts& f) { return f.phase == Phase::steady; }, Step::stay,
         "one primary, everyone follows"},

    Rule{"fence.wait",
         [](const Facts& f) {
             return waiting_for_primary(f) && f.old_primary == OldPrimary::may_act;
         },
         Step::stay,
         "the old primary might still acknowledge a write: nobody is appointed before its lease is "
         "over, its death is proven, or somebody says that its machine is off (baton node "
         "switched-off)"},
    Rule{"fence.appoint", [](const Facts& f) { return waiting_for_primary(f) && may_take(f); },
         Step::appoint, "the old primary can no longer act and the best standby is known"},
    Rule{"fence.choose",
         [](const Facts& f) { return waiting_for_primary(f) && f.candidate == Candidate::awaited; },
         Step::stay, "a reachable standby has not told its position yet"},
    Rule{"fence.lossy",
         [](const Facts& f) { return waiting_for_primary(f) && f.candidate == Candidate::lossy; },
         Step::stay,
         "only standbys that may lack acknowledged writes are left; bring the missing node back "
         "or ask for a failover that accepts the loss"},
    Rule{"fence.held_back",
         [](const Facts& f) {
             return waiting_for_primary(f) && f.candidate == Candidate::held_back;
         },
         Step::stay,
         "the only complete copy is on an instance of priority 0, which is never chosen by itself; "
         "raise its priority with `baton config apply` or force a failover that gives it up"},
    Rule{"fence.none", [](const Facts& f) { return waiting_for_primary(f); }, Step::stay,
         "no instance is fit to be primary; the group stays down until one returns"},
};

}  // namespace

std::span<const Rule> rules() {
    return table;
}

const Rule& decide(const Facts& facts) {
    const auto* rule =
        std::ranges::find_if(table, [&](const Rule& each) { return each.when(facts); });
    BATON_CHECK(rule != table.end());
    return *rule;
}

Phase phase_after(const Facts& facts, Step step) {
    switch (step) {
        case Step::stay: return facts.phase;
        case Step::revoke: return Phase::fencing;
        case Step::appoint: return Phase::promoting;
        case Step::record_opened:
            return facts.phase == Phase::promoting ? Phase::repairing : facts.phase;
        case Step::record_holder: return facts.phase;
        case Step::record_steady: return Phase::steady;
        case Step::record_broken: return Phase::repairing;
        case Step::hand_over: return Phase::handing_over;
        case Step::undo_hand_over: return Phase::repairing;
        case Step::drop_request: return facts.phase;
    }
    return facts.phase;
}

std::string_view name_of(Step step) {
    switch (step) {
        case Step::stay: return "stay";
        case Step::revoke: return "revoke";
        case Step::appoint: return "appoint";
        case Step::record_opened: return "record_opened";
        case Step::record_holder: return "record_holder";
        case Step::record_steady: return "record_steady";
        case Step::record_broken: return "record_broken";
        case Step::hand_over: return "hand_over";
        case Step::undo_hand_over: return "undo_hand_over";
        case Step::drop_request: return "drop_request";
    }
    return "stay";
}

}  // namespace baton::failover
