#include "core/raft/quorum.hpp"

namespace baton::raft {

VoteOutcome outcome_of(const Tally& tally) {
    BATON_CHECK(tally.granted + tally.refused <= tally.voters);
    if (tally.voters == 0) {
        return VoteOutcome::lost;
    }
    if (tally.granted >= majority(tally.voters)) {
        return VoteOutcome::won;
    }
    if (tally.voters - tally.refused < majority(tally.voters)) {
        return VoteOutcome::lost;
    }
    return VoteOutcome::pending;
}

}  // namespace baton::raft
