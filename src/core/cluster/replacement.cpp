#include "core/cluster/replacement.hpp"

namespace baton::cluster {

namespace {

Replacement before_known(const ReplacementFacts& facts) {
    using enum ReplacementStep;
    if (facts.votes || !facts.learns) return {make_learner, "its vote is taken away"};
    return {admit, "its new directory is made the known one"};
}

}  // namespace

Replacement next_step(const ReplacementFacts& facts) {
    using enum ReplacementStep;
    if (!facts.quorum) return {wait, "a majority of voters has to answer first"};
    if (!facts.settled) return {wait, "the latest membership has to be committed first"};
    if (!facts.known) return before_known(facts);
    const bool misplaced = facts.declared_voter ? !facts.votes && !facts.learns
                                                : facts.votes || !facts.learns;
    if (misplaced) return {make_learner, "it is made a learner"};
    if (facts.votes) return {end, "the replacement is complete"};
    if (!facts.caught_up) return {wait, "it copies the log; its agent has to run"};
    if (facts.declared_voter) return {make_voter, "its vote is given back"};
    return {end, "the replacement is complete"};
}

std::string_view name_of(ReplacementStep step) {
    switch (step) {
        case ReplacementStep::wait: return "wait";
        case ReplacementStep::make_learner: return "make_learner";
        case ReplacementStep::admit: return "admit";
        case ReplacementStep::make_voter: return "make_voter";
        case ReplacementStep::end: return "end";
    }
    return "wait";
}

}  // namespace baton::cluster
