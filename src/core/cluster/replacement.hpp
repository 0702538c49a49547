#pragma once

/// How a known node comes back with a new data directory: facts in, next step
/// out. Every step is committed before the next, may be repeated, and is found
/// again by a new leader, because what is to be done stands in the replicated
/// state. Refuses to make the directory known while the node has a vote: a
/// state that names a directory must never grant it the vote of its predecessor.
///
///     voter ─► learner ─► its directory is known ─► it copies ─► voter ─► done

#include <string_view>

namespace baton::cluster {

struct ReplacementFacts {
    bool quorum = false;    ///< The leader hears a majority.
    bool declared_voter = true;
    bool votes = false;     ///< Voter in the membership in force.
    bool learns = false;    ///< Learner in it.
    bool settled = false;   ///< That membership is committed.
    bool known = false;     ///< The new directory is the recorded one.
    bool caught_up = false; ///< The node answers with the new directory and holds the log.

    friend bool operator==(const ReplacementFacts&, const ReplacementFacts&) = default;
};

enum class ReplacementStep {
    wait,
    make_learner,  ///< Membership: takes the vote away.
    admit,         ///< AdmitIncarnation.
    make_voter,    ///< Membership: gives the vote back.
    end,           ///< EndReplacement.
};

struct Replacement {
    ReplacementStep step = ReplacementStep::wait;
    std::string_view why;  ///< What is done now or waited for, for the operator.
};

[[nodiscard]] Replacement next_step(const ReplacementFacts& facts);

[[nodiscard]] std::string_view name_of(ReplacementStep step);

}  // namespace baton::cluster
