#include "core/cluster/replacement.hpp"
#include "core/cluster/state.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace baton::cluster {
namespace {

std::vector<ReplacementFacts> every_fact() {
    std::vector<ReplacementFacts> all;
    for (unsigned bits = 0; bits < 128; ++bits) {
        const auto bit = [&](unsigned at) { return (bits >> at & 1U) != 0; };
        all.push_back({bit(0), bit(1), bit(2), bit(3), bit(4), bit(5), bit(6)});
    }
    return all;
}

TEST(Replacement, NeverMakesADirectoryKnownWhileItsPredecessorVotes) {
    for (const ReplacementFacts& facts : every_fact()) {
        if (next_step(facts).step != ReplacementStep::admit) continue;
        EXPECT_TRUE(facts.quorum && facts.settled && facts.learns && !facts.votes);
    }
}

TEST(Replacement, GivesAVoteOnlyToAKnownDirectoryThatHoldsTheLog) {
    for (const ReplacementFacts& facts : every_fact()) {
        if (next_step(facts).step != ReplacementStep::make_voter) continue;
        EXPECT_TRUE(facts.quorum && facts.settled && facts.known && facts.caught_up);
        EXPECT_TRUE(facts.declared_voter && facts.learns && !facts.votes);
    }
}

TEST(Replacement, EndsOnlyWhenTheDeclaredPlaceIsTaken) {
    for (const ReplacementFacts& facts : every_fact()) {
        if (next_step(facts).step != ReplacementStep::end) continue;
        EXPECT_TRUE(facts.known);
        EXPECT_TRUE(facts.declared_voter ? facts.votes : facts.learns);
    }
}

TEST(Replacement, WaitsWithoutAMajorityOrWithAnUncommittedMembership) {
    for (const ReplacementFacts& facts : every_fact()) {
        if (facts.quorum && facts.settled) continue;
        EXPECT_EQ(next_step(facts).step, ReplacementStep::wait);
    }
}

/// Carrying out each step leads to the end from any start, also from the
/// middle, where a new leader takes over.
TEST(Replacement, EveryStartReachesTheEnd) {
    for (ReplacementFacts facts : every_fact()) {
        if (facts.votes && facts.learns) continue;  // No membership is like that.
        facts.quorum = facts.settled = true;
        bool ended = false;
        for (int steps = 0; steps < 6 && !ended; ++steps) {
            switch (next_step(facts).step) {
                case ReplacementStep::wait: facts.caught_up = true; break;
                case ReplacementStep::make_learner:
                    facts.votes = false;
                    facts.learns = true;
                    break;
                case ReplacementStep::admit: facts.known = true; break;
                case ReplacementStep::make_voter:
                    facts.votes = true;
                    facts.learns = false;
                    break;
                case ReplacementStep::end: ended = true; break;
            }
        }
        EXPECT_TRUE(ended);
    }
}

TEST(Replacement, OnlyTheDirectoryBeingAdmittedBecomesKnown) {
    State state;
    state.nodes[NodeId{"a"}].incarnation = Incarnation{1};
    const EntryReference entry{LogIndex{5}, Term{1}};
    const auto admit = [&](std::uint64_t which) {
        return state.apply(AdmitIncarnation{NodeId{"a"}, Incarnation{which}, "ann"}, entry);
    };
    EXPECT_FALSE(admit(2));
    EXPECT_TRUE(state.apply(ReplaceNode{NodeId{"a"}, Incarnation{2}, "ann", 0}, entry));
    EXPECT_FALSE(admit(3));
    EXPECT_TRUE(admit(2));
    EXPECT_EQ(state.nodes[NodeId{"a"}].incarnation, Incarnation{2});
    EXPECT_FALSE(state.apply(EndReplacement{NodeId{"a"}, Incarnation{9}}, entry));
    EXPECT_TRUE(state.apply(EndReplacement{NodeId{"a"}, Incarnation{2}}, entry));
    EXPECT_EQ(state.nodes[NodeId{"a"}].replacing, Incarnation{});
    EXPECT_FALSE(state.apply(ReplaceNode{NodeId{"z"}, Incarnation{2}, "ann", 0}, entry));
}

}  // namespace
}  // namespace baton::cluster
