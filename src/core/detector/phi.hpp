#pragma once

/// Failure detection: turns heartbeat arrivals into a graded suspicion.
///
/// It answers one question, how surprising is this silence?, and leaves every
/// consequence to core/failover. The measure is phi accrual (Hayashibara,
/// Défago, Yared, Katayama 2004): phi = -log10 of the probability that the
/// heartbeat still arrives after the silence seen so far, so phi 8 is wrong
/// once in a hundred million times if intervals behave as the window says.

#include "base/ids.hpp"
#include "base/time.hpp"
#include "core/cluster/report.hpp"

#include <cstddef>
#include <deque>
#include <map>

namespace baton::detector {

using cluster::Liveness;

struct Config {
    double threshold = 8.0;              ///< phi at which a peer is suspected.
    double failed_threshold = 16.0;      ///< phi at which it counts as failed.
    bool adaptive = true;                ///< Jittery links raise both thresholds.
    std::size_t window_size = 200;       ///< Intervals remembered per peer.
    double network_jitter_factor = 0.3;  ///< Expected deviation as a share of the mean.
    Duration interval_expected = std::chrono::milliseconds{50};  ///< Until intervals are known.
    Duration silence_min =
        std::chrono::milliseconds{750};  ///< Nothing fails before this (a lease).
    /// Who was never heard fails once it has been listened for so long: much longer
    /// than the machines of a cluster that lost its power boot behind each other.
    Duration unheard_min = std::chrono::seconds{30};
};

/// Suspicion of every peer, held by one observer. The same calls give the same
/// answers. Instants must not decrease between calls.
class PhiDetector {
public:
    explicit PhiDetector(Config config);

    /// Records a heartbeat; one from an unknown peer introduces it.
    void heartbeat(const NodeId& peer, Instant arrived);
    /// The peer ought to be there: from the first such call on it is listened for,
    /// also if it never was heard.
    void expect(const NodeId& peer, Instant now);
    /// Listens anew for all who were never heard: until `now` this process heard too
    /// few others for that to say anything.
    void expect_anew(Instant now);
    /// Forgives all silence up to `now`: this process was itself paused.
    void forgive(Instant now);
    /// Drops a peer that left the cluster.
    void forget(const NodeId& peer);

    /// 0 for a peer never heard; at most 1000.
    [[nodiscard]] double phi(const NodeId& peer, Instant now) const;
    [[nodiscard]] Liveness liveness(const NodeId& peer, Instant now) const;
    /// The suspicion threshold in force for this peer.
    [[nodiscard]] double threshold(const NodeId& peer) const;
    [[nodiscard]] std::size_t samples(const NodeId& peer) const;
    /// Time since the peer was last heard (or forgiven); 0 if never.
    [[nodiscard]] Duration silence(const NodeId& peer, Instant now) const;

private:
    struct Spread {
        double mean = 0;
        double deviation = 0;
        double variation = 0;  ///< Measured deviation over mean, before any floor.
    };
    struct Arrivals {
        std::deque<double> intervals;  ///< Milliseconds, newest last.
        Spread spread;  ///< Of `intervals`; asked for far more often than it changes.
        Instant last;       ///< Not `heard` yet: since when it is listened for.
        bool heard = false;
        bool skip_next = false;  ///< The next interval spans an outage: not learned.
    };

    [[nodiscard]] Spread spread_of(const std::deque<double>& intervals) const;
    [[nodiscard]] double raise(const Arrivals& arrivals) const;

    Config config_;
    std::map<NodeId, Arrivals> peers_;
};

}  // namespace baton::detector
