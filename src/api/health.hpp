#pragma once

/// Judgements on a view: is this node healthy, what is an instance's role now,
/// how far does it lag, how well is the cluster. Pure; every surface (JSON,
/// metrics, role endpoints) asks here, so that they cannot disagree.

#include "api/access.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace baton::api {

/// A report older than this says nothing about now.
inline constexpr Duration report_stale_after = std::chrono::seconds{3};
/// A disk whose fsyncs take longer endangers the lease and elections.
inline constexpr double fsync_slow_milliseconds = 500;

enum class Health {
    healthy,
    degraded,  ///< Works, with less safety or speed than it should.
    down,      ///< Known not to work, or its node is silent for longer than a lease.
    unknown,   ///< Nothing recent is known.
};
[[nodiscard]] std::string_view name_of(Health health);

enum class InstanceRole { primary, standby, unknown, down };
[[nodiscard]] std::string_view name_of(InstanceRole role);

struct InstanceView {
    const cluster::Instance* declared = nullptr;      ///< Never null.
    const cluster::InstanceReport* report = nullptr;  ///< Null: nothing recent.
    InstanceRole role = InstanceRole::unknown;
    Health health = Health::unknown;
    std::optional<std::uint64_t> lag_bytes;  ///< Empty: not comparable. The primary lags by 0.
    std::string problem;                     ///< Why it is not healthy, for people.
};

/// The present primary by appointment: empty while revoked or never appointed.
[[nodiscard]] InstanceId appointed(const cluster::GroupState& group);

[[nodiscard]] InstanceView look_at(const View& view, const cluster::GroupState& group,
                                   const cluster::Instance& instance);

/// This node's opinion of a node, itself included.
[[nodiscard]] Health node_health(const View& view, const NodeId& node);
/// φ of a peer as seen from here, finite; 0 for this node.
[[nodiscard]] double node_phi(const View& view, const NodeId& node);
/// leader, follower or learner.
[[nodiscard]] std::string_view node_role(const View& view, const NodeId& node);

/// A leader is known, and if it is this node, a majority answers it.
[[nodiscard]] bool has_quorum(const View& view);

struct Verdict {
    bool fine = true;
    std::string why;  ///< Empty when fine.
};
[[nodiscard]] Verdict consensus_verdict(const View& view);
[[nodiscard]] Verdict disk_verdict(const View& view);
/// Everything that makes this node unhealthy.
[[nodiscard]] Verdict node_verdict(const View& view);

/// 0..100, 100 only if nothing is missing: 30 for a quorum; 25 if no node is
/// missing; 20 × the share of nodes alive; 25 × the mean over the groups of the
/// share of healthy instances, halved while a group is not steady. One dead
/// node of three gives at most 68.
[[nodiscard]] int health_score(const View& view);

/// What is left of the lease of a group's present epoch on this node, never negative.
[[nodiscard]] Duration lease_remaining(const View& view, const cluster::GroupState& group);
/// This node holds an applied unrevoked appointment and its lease, and its server is open.
[[nodiscard]] bool serves_as_primary(const View& view, const cluster::GroupState& group);
/// This node's instance follows, its link is up and it holds a whole data set.
[[nodiscard]] bool serves_as_standby(const View& view, const cluster::GroupState& group);

/// How long a stranger or a report counts as present.
inline constexpr Duration presence_max = std::chrono::seconds{1};

/// The data directory that now speaks in the name of `node` and is not known.
[[nodiscard]] std::optional<Incarnation> stranger_of(const View& view, const NodeId& node);

}  // namespace baton::api
