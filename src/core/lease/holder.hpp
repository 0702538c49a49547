#pragma once

/// The holder's side of the quorum lease: until when may this node act on each
/// of its appointments? It answers from acknowledgements only and never
/// guesses; it closes nothing itself (core/lease/closing.hpp says when to).
///
/// A lease of a pair ends at s + L, where s is the newest instant such that a
/// majority of voters acknowledged heartbeats that listed the pair and were
/// sent at or after s. The send instant counts, never the arrival of answers.

#include "base/ids.hpp"
#include "base/time.hpp"
#include "core/lease/lease.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <vector>

namespace baton::lease {

class Holder {
public:
    Holder(NodeId self, Duration lease);

    /// The length every node agreed on; set once, when the node has its state.
    void set_lease(Duration lease);

    /// The voters and the place of the latest configuration in this node's
    /// log. Acknowledgements collected under another one no longer count;
    /// leases already won run to their end.
    void configure(LogIndex membership_index, std::vector<NodeId> voters);

    /// Exactly these pairs are held from now on. A pair not listed ends at once.
    void hold(std::vector<Holding> holdings);

    /// The heartbeat to send now. Remembered, so that answers can be matched.
    [[nodiscard]] Heartbeat beat(Instant now);

    /// Counts an answer. Answers to forgotten heartbeats, of other
    /// configurations or of strangers are ignored. True when a lease now ends later.
    bool answered(const HeartbeatAnswer& answer);

    /// When the lease of `pair` ends; `Instant::never()` without one.
    [[nodiscard]] Instant lease_end(const Pair& pair) const;
    [[nodiscard]] std::map<Pair, Instant> lease_ends() const;
    [[nodiscard]] const std::vector<Holding>& holdings() const { return holdings_; }

private:
    struct Lease {
        std::map<NodeId, Instant> acknowledged;  ///< Newest send instant per voter.
        Instant end = Instant::never();
    };
    struct Sent {
        std::uint64_t sequence = 0;
        Instant at;
        std::vector<Pair> listed;
    };

    bool extend(Lease& lease) const;
    [[nodiscard]] const Sent* remembered(std::uint64_t sequence) const;

    NodeId self_;
    Duration lease_;
    LogIndex membership_index_;
    std::vector<NodeId> voters_;
    std::vector<Holding> holdings_;
    std::map<Pair, Lease> leases_;
    std::deque<Sent> sent_;
    std::uint64_t next_sequence_ = 1;
};

}  // namespace baton::lease
