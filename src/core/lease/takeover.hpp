#pragma once

/// The leader's side of a revoked lease: from when on is it certain that the
/// old holder's lease has ended? Any majority of voters that hold the
/// revocation durably will do: whatever majority last renewed the pair shares
/// a member with it, and that member tells when it did.

#include "base/ids.hpp"
#include "base/time.hpp"

#include <map>
#include <vector>

namespace baton::lease {

class Takeover {
public:
    explicit Takeover(Duration lease);

    /// A voter that holds the revocation durably last renewed the pair `age`
    /// before it answered; the answer arrived at `received`. It was renewed
    /// no later than `received - age`, whatever the message's delay.
    void answered(const NodeId& voter, Duration age, Instant received);

    /// From this instant on the old holder's lease is over;
    /// `Instant::forever()` while no majority of `voters` has answered.
    [[nodiscard]] Instant over_at(const std::vector<NodeId>& voters) const;

private:
    Duration wait_;
    std::map<NodeId, Instant> renewed_;  ///< Latest possible renewal by each voter.
};

}  // namespace baton::lease
