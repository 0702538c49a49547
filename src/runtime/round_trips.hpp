#pragma once

/// How long the voters take to answer heartbeats that ask for a renewal. One that does not answer
/// takes longer and longer: the time waited so far counts. Decides nothing.

#include "base/ids.hpp"
#include "base/time.hpp"

#include <map>
#include <optional>
#include <vector>

namespace baton::runtime {

class RoundTrips {
public:
    /// A heartbeat left for `voter`.
    void asked(const NodeId& voter, Instant now);
    /// `voter` answered the heartbeat that left at `sent`.
    void answered(const NodeId& voter, Instant sent, Instant now);
    /// Only these are asked from now on.
    void keep(const std::vector<NodeId>& voters);

    /// Of every voter asked so far.
    [[nodiscard]] std::map<NodeId, Duration> at(Instant now) const;

private:
    struct Trip {
        Duration last{0};
        std::optional<Instant> waiting_since;  ///< Of the oldest heartbeat since the last answer.
    };

    std::map<NodeId, Trip> trips_;
};

}  // namespace baton::runtime
