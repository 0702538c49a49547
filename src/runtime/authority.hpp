#pragma once

/// Carries the quorum lease: sends this node's heartbeats, answers those of
/// others, keeps the guard's deadlines in step, and tells the leader when a
/// revoked lease is over. The arithmetic is core/lease's.

#include "core/cluster/state.hpp"
#include "core/lease/holder.hpp"
#include "core/lease/takeover.hpp"
#include "core/lease/voter.hpp"
#include "core/raft/core.hpp"
#include "ports/guard.hpp"
#include "ports/kernel_lease.hpp"
#include "ports/transport.hpp"
#include "runtime/round_trips.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace baton::runtime {

/// What an answer did to the leases of this node.
enum class Renewal { none, extended, begun };

/// What closes this node's servers when a lease runs out.
struct Fences {
    Deadlines& guard;
    KernelLease& kernel;
    bool kernel_required = false;  ///< Nothing is opened without it.
};

class Authority {
public:
    Authority(NodeId self, Incarnation incarnation, Transport& transport, Fences fences,
              Instant started);

    void configure(const raft::Status& status, Instant now);
    void truncated(LogIndex index);
    void appended(LogIndex index, const cluster::Command& command);
    /// The applied state moved: endings, holdings and finished takeovers follow.
    void applied(const cluster::State& state);
    /// The same, where only this group of it moved.
    void applied(const cluster::GroupState& group);

    /// Sends one heartbeat to every other member and answers it ourselves.
    void beat(Instant now);
    /// Answers a peer's heartbeat if it asks for a renewal and may be answered.
    /// True when the peer says something else about what it has open.
    bool receive(const lease::Heartbeat& heartbeat, Instant now);
    Renewal receive(const lease::HeartbeatAnswer& answer, Instant now);

    /// This node promised never to open `group` at `epoch` again: it stops
    /// renewing at once, before the promise is durable.
    void close(const GroupId& group, Epoch epoch);
    void set_open(const lease::Pair& pair, bool open);
    /// The server is a confirmed standby: disarms guard and kernel, unless a valid
    /// lease says that it may be opened again at any moment.
    void standby_confirmed(const lease::Pair& pair, const cluster::Instance& instance, Instant now);

    /// The kernel's lease is trusted, or no longer.
    void look_at_kernel();

    /// Ages of revoked pairs whose revocation is durable here.
    [[nodiscard]] std::vector<cluster::RenewalAge> ages(const cluster::State& state,
                                                        LogIndex stable, Instant now) const;
    /// Counts a voter's answer to a revocation.
    void age_reported(const cluster::State& state, const NodeId& voter,
                      const cluster::RenewalAge& age, Instant received);
    /// When the revoked lease of `group` is over, by the answers so far.
    [[nodiscard]] Instant lease_over(const cluster::GroupState& group) const;

    [[nodiscard]] std::size_t pairs_held() const { return ours_.size(); }
    [[nodiscard]] bool holds(const lease::Pair& pair) const { return ours_.contains(pair); }
    /// Of pairs whose servers may be open: with a guard's deadline, and in the
    /// kernel's hands if the cluster counts on that for this node. No later than the
    /// end that the kernel was told.
    [[nodiscard]] std::map<lease::Pair, Instant> lease_ends() const;
    /// Pairs some holder said are open in a heartbeat that is still current, and who did.
    [[nodiscard]] const SharedMap<lease::Pair, NodeId>& open_pairs() const { return open_; }
    [[nodiscard]] const RoundTrips& round_trips() const { return round_trips_; }
    [[nodiscard]] std::uint64_t heartbeats_sent() const { return heartbeats_sent_; }

private:
    struct Ours {
        InstanceId instance;
        std::uint16_t port = 0;

        friend bool operator==(const Ours&, const Ours&) = default;
    };
    struct Revoked {
        cluster::EntryReference revocation;
        lease::Takeover takeover;
    };

    bool follow(const cluster::GroupState& group);
    bool hold_if_ours(const cluster::GroupState& group);
    void note_open(const NodeId& holder, const std::set<lease::Pair>& open);
    void hold();
    void rearm();

    NodeId self_;
    Incarnation incarnation_;
    Transport& transport_;
    Fences fences_;
    lease::Holder holder_;
    lease::Voter voter_;
    Duration lease_{0};
    raft::Membership membership_;
    LogIndex membership_index_;
    std::map<GroupId, Epoch> closed_;
    std::map<lease::Pair, Ours> ours_;           ///< Pairs held, with the server they are for.
    std::map<lease::Pair, Instant> lease_ends_;  ///< As the holder has them.
    std::set<lease::Pair> open_here_;
    bool kernel_counts_ = false;  ///< The cluster holds that the kernel closes this node.
    std::map<NodeId, std::set<lease::Pair>> open_elsewhere_;
    SharedMap<lease::Pair, NodeId> open_;  ///< Here and elsewhere.
    std::map<GroupId, Revoked> revoked_;
    RoundTrips round_trips_;  ///< To the other voters.
    std::uint64_t heartbeats_sent_ = 0;
};

}  // namespace baton::runtime
