// Every value of Facts, against the four promises of core/failover/planner.hpp. The
// first counterexample ends a test: a wrong rule has a great many.
#include "core/failover/planner.hpp"

#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace baton::failover {
namespace {

constexpr std::array phases{Phase::vacant,    Phase::fencing, Phase::promoting,
                            Phase::repairing, Phase::steady,  Phase::handing_over};
constexpr std::array primaries{Primary::serving, Primary::silent, Primary::hung, Primary::closed};
constexpr std::array olds{OldPrimary::may_act, OldPrimary::over};
constexpr std::array candidates{Candidate::none, Candidate::awaited, Candidate::lossy,
                                Candidate::held_back, Candidate::complete};
constexpr std::array steps{HandOverStep::none, HandOverStep::clean, HandOverStep::expired,
                           HandOverStep::lost, HandOverStep::given_up, HandOverStep::unpromised};
constexpr std::array requests{RequestKind::none, RequestKind::switchover, RequestKind::failover};

/// Proof that the primary is closed is also proof that the old one may not
/// act, and a clean hand-over is one whose primary closed: other combinations
/// cannot be assessed (core/failover/assessment.cpp).
bool possible(const Facts& f) {
    if (f.primary == Primary::closed && f.old_primary != OldPrimary::over) return false;
    if (f.hand_over == HandOverStep::clean &&
        (f.primary != Primary::closed || f.phase != Phase::handing_over)) {
        return false;
    }
    const bool given_up =
        f.hand_over == HandOverStep::expired || f.hand_over == HandOverStep::lost ||
        f.hand_over == HandOverStep::given_up || f.hand_over == HandOverStep::unpromised;
    return !given_up ||
           (f.phase == Phase::handing_over && f.primary != Primary::closed);
}

std::vector<Facts> all_facts() {
    std::vector<Facts> all;
    for (const auto phase : phases)
        for (const auto primary : primaries)
            for (const auto old : olds)
                for (const auto candidate : candidates)
                    for (const auto step : steps)
                        for (const auto request : requests)
                            for (unsigned flags = 0; flags < 2048; ++flags) {
                                Facts f{phase, (flags & 1U) != 0, primary, old, candidate, step,
                                        request, (flags & 2U) != 0, (flags & 4U) != 0,
                                        (flags & 8U) != 0, (flags & 16U) != 0, (flags & 32U) != 0,
                                        (flags & 64U) != 0, (flags & 128U) != 0,
                                        (flags & 256U) != 0, (flags & 512U) != 0,
                                        (flags & 1024U) != 0};
                                if (possible(f)) all.push_back(f);
                            }
    return all;
}

TEST(Rules, NobodyIsAppointedWhileThePredecessorMayAct) {
    for (const Facts& f : all_facts()) {
        if (decide(f).step != Step::appoint || f.phase == Phase::vacant) continue;
        const bool over = f.old_primary == OldPrimary::over;
        ASSERT_TRUE(over) << decide(f).id << ": " << describe(f);
        if (f.phase != Phase::fencing) {
            ASSERT_EQ(f.primary, Primary::closed) << decide(f).id << ": " << describe(f);
        }
    }
}

TEST(Rules, AStandbyThatMayLackWritesIsNeverAppointedUnaccepted) {
    for (const Facts& f : all_facts()) {
        if (decide(f).step != Step::appoint) continue;
        const bool complete = f.candidate == Candidate::complete;
        const bool accepted = f.candidate == Candidate::lossy && f.loss_accepted;
        ASSERT_TRUE(complete || accepted) << decide(f).id << ": " << describe(f);
    }
}

TEST(Rules, ASwitchoverNeverAcceptsLoss) {
    for (const Facts& f : all_facts()) {
        const Step step = decide(f).step;
        const bool planned = step == Step::hand_over ||
                             (step == Step::appoint && f.phase == Phase::handing_over);
        if (planned) {
            ASSERT_EQ(f.candidate, Candidate::complete) << describe(f);
        }
    }
}

/// A successor that is gone, or an attempt that was in vain, keeps the group in a
/// hand-over only while nothing can be committed or decided at all.
TEST(Rules, AHandOverEndsWhenItsSuccessorIsLostOrItWasGivenUp) {
    for (const Facts& f : all_facts()) {
        const bool over =
            f.hand_over == HandOverStep::lost || f.hand_over == HandOverStep::given_up;
        if (!over || !f.quorum || f.history_moved) continue;
        if (f.primary != Primary::serving) continue;
        const Step step = decide(f).step;
        const bool ends = step == Step::undo_hand_over || step == Step::revoke;
        ASSERT_TRUE(ends) << decide(f).id << ": " << describe(f);
    }
}

TEST(Rules, WithoutQuorumNothingChanges) {
    for (const Facts& f : all_facts()) {
        if (f.quorum) continue;
        ASSERT_EQ(decide(f).step, Step::stay) << describe(f);
        ASSERT_EQ(decide(f).id, "quorum.lost");
    }
}

TEST(Rules, AHealthyPrimaryIsOnlyRevokedOnRequest) {
    for (const Facts& f : all_facts()) {
        if (decide(f).step != Step::revoke || f.primary != Primary::serving) continue;
        const bool asked = f.request == RequestKind::failover || f.fenced;
        const bool closed_for_now = f.hand_over == HandOverStep::unpromised;
        ASSERT_TRUE(asked || closed_for_now) << describe(f);
    }
}

TEST(Rules, SuspicionAloneNeverBreaksAPauseOrTheBlock) {
    for (const Facts& f : all_facts()) {
        if (decide(f).step != Step::revoke || f.request == RequestKind::failover) continue;
        if (f.fenced) continue;  // An operator's word, too.
        ASSERT_FALSE(f.paused) << describe(f);
        if (f.primary == Primary::silent) {
            ASSERT_FALSE(f.needs_proof) << describe(f);
        }
    }
}

/// A failing disk moves a primary only by a switchover, which loses nothing, and
/// neither past a pause nor again and again.
TEST(Rules, AFailingDiskOnlyHandsOver) {
    for (Facts f : all_facts()) {
        if (!f.sick) continue;
        const Rule& sick = decide(f);
        f.sick = false;
        const Rule& well = decide(f);
        if (sick.id == well.id) continue;
        ASSERT_EQ(sick.step, Step::hand_over) << describe(f);
        ASSERT_FALSE(f.paused || f.needs_proof) << describe(f);
        ASSERT_TRUE(well.step == Step::stay || well.step == Step::record_holder ||
                    well.step == Step::record_steady || well.step == Step::record_broken)
            << well.id << ": " << describe(f);
    }
}

/// S4: whatever the phase, there is a way to `steady` when the world is kind.
TEST(Rules, SteadyCanBeReachedFromEveryPhase) {
    const auto facts = all_facts();
    for (const Phase start : phases) {
        std::set<Phase> reached{start};
        std::deque<Phase> open{start};
        while (!open.empty()) {
            const Phase phase = open.front();
            open.pop_front();
            for (const Facts& f : facts) {
                if (f.phase != phase) continue;
                const Phase next = phase_after(f, decide(f).step);
                if (reached.insert(next).second) open.push_back(next);
            }
        }
        ASSERT_TRUE(reached.contains(Phase::steady)) << cluster::name_of(start);
    }
}

TEST(Rules, EveryRuleIsReachableAndNamedOnce) {
    std::set<std::string> used;
    for (const Facts& f : all_facts()) used.insert(std::string(decide(f).id));
    std::set<std::string> known;
    for (const Rule& rule : rules()) {
        ASSERT_TRUE(known.insert(std::string(rule.id)).second) << rule.id;
        ASSERT_TRUE(used.contains(std::string(rule.id))) << rule.id << " can never be taken";
        ASSERT_FALSE(rule.why.empty());
    }
}

/// A standing request must not make two rules undo each other for ever.
TEST(Rules, NoTwoPhasesAlternateOnUnchangedFacts) {
    for (Facts f : all_facts()) {
        const Rule& first = decide(f);
        if (first.step == Step::stay || first.step == Step::drop_request) continue;
        if (f.history_moved) continue;  // Recording it changes the fact.
        const Phase before = f.phase;
        f.phase = phase_after(f, first.step);
        if (f.phase == before || !possible(f)) continue;
        const Phase after = phase_after(f, decide(f).step);
        const bool flips = after == before && decide(f).step != Step::stay;
        ASSERT_FALSE(flips && before != Phase::fencing && f.phase != Phase::fencing)
            << first.id << " then " << decide(f).id << ": " << describe(f);
    }
}

}  // namespace
}  // namespace baton::failover
