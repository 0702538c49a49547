#include "api/health.hpp"

#include <algorithm>
#include <cmath>

namespace baton::api {

namespace {

const cluster::PeerView* find_peer(const View& view, const NodeId& node) {
    const auto found = std::find_if(view.peers.begin(), view.peers.end(),
                                    [&](const auto& peer) { return peer.peer == node; });
    return found == view.peers.end() ? nullptr : &*found;
}

const cluster::NodeReport* fresh_report(const View& view, const NodeId& node) {
    const auto report = view.reports.find(node);
    const auto arrived = view.report_times.find(node);
    if (report == view.reports.end() || arrived == view.report_times.end()) return nullptr;
    return view.now - arrived->second > report_stale_after ? nullptr : &report->second;
}

const cluster::InstanceReport* fresh_report(const View& view, const cluster::Instance& instance) {
    const auto* node = fresh_report(view, instance.node);
    if (node == nullptr) return nullptr;
    const auto found = node->instances.find(instance.id);
    return found == node->instances.end() ? nullptr : &found->second;
}

InstanceRole role_of(const cluster::InstanceReport& report) {
    if (report.process == cluster::ProcessState::absent) return InstanceRole::down;
    switch (report.role) {
        case cluster::ServerRole::unknown: return InstanceRole::unknown;
        case cluster::ServerRole::primary: return InstanceRole::primary;
        case cluster::ServerRole::standby: return InstanceRole::standby;
    }
    return InstanceRole::unknown;
}

/// What keeps a reported instance from being healthy, and how badly.
void judge_report(InstanceView& look, const cluster::GroupState& group) {
    const auto& report = *look.report;
    const auto judge = [&](Health health, std::string problem) {
        look.health = health;
        look.problem = std::move(problem);
    };
    if (report.process == cluster::ProcessState::absent)
        return judge(Health::down, report.problem.empty() ? "its process is gone" : report.problem);
    if (report.process == cluster::ProcessState::frozen)
        return judge(Health::down, "its process is frozen");
    if (!report.problem.empty()) return judge(Health::degraded, report.problem);
    if (report.unappointed_lately) {
        return judge(Health::degraded,
                     "it took writes although nobody had appointed it; baton events says more");
    }
    if (report.process == cluster::ProcessState::busy)
        return judge(Health::degraded, "it is busy and does not answer");
    if (report.role == cluster::ServerRole::unknown)
        return judge(Health::degraded, "it does not answer");
    if (report.cannot_save)
        return judge(Health::degraded,
                     "could not save its data the last time: mend its disk, then send it BGSAVE");
    const bool is_appointed = look.declared->id == appointed(group);
    if (is_appointed) {
        if (report.role == cluster::ServerRole::primary) return judge(Health::healthy, "");
        return judge(Health::degraded, "appointed, and not open for writes yet");
    }
    if (report.role == cluster::ServerRole::primary)
        return judge(Health::degraded, "accepts writes without an appointment");
    if (report.loading) return judge(Health::degraded, "is loading or copying its data");
    if (!report.following) return judge(Health::degraded, "follows nobody");
    if (!report.link_up) return judge(Health::degraded, "its replication link is down");
    if (report.following != appointed(group))
        return judge(Health::degraded, "follows " + report.following.text + ", not the primary");
    judge(Health::healthy, "");
}

std::optional<std::uint64_t> lag_of(const View& view, const cluster::GroupState& group,
                                    const InstanceView& look) {
    const InstanceId primary = appointed(group);
    if (look.report == nullptr || !primary) return std::nullopt;
    if (look.declared->id == primary) return 0;
    const auto* declared = group.declared.find(primary);
    const auto* leading = declared == nullptr ? nullptr : fresh_report(view, *declared);
    if (leading == nullptr || look.report->replication_id != leading->replication_id ||
        leading->replication_id.empty()) {
        return std::nullopt;
    }
    // Reports come at different instants: the standby's may be the newer one.
    return leading->offset > look.report->offset ? leading->offset - look.report->offset : 0;
}

double share_of_groups(const View& view) {
    if (view.state->groups.empty()) return 1;
    double sum = 0;
    for (const auto& [id, group] : view.state->groups) {
        std::size_t healthy = 0;
        for (const auto& instance : group.declared.instances) {
            healthy += look_at(view, group, instance).health == Health::healthy ? 1U : 0U;
        }
        const auto count = std::max<std::size_t>(1, group.declared.instances.size());
        const double share = static_cast<double>(healthy) / static_cast<double>(count);
        sum += group.phase == cluster::Phase::steady ? share : share / 2;
    }
    return sum / static_cast<double>(view.state->groups.size());
}

}  // namespace

std::string_view name_of(Health health) {
    switch (health) {
        case Health::healthy: return "healthy";
        case Health::degraded: return "degraded";
        case Health::down: return "down";
        case Health::unknown: return "unknown";
    }
    return "unknown";
}

std::string_view name_of(InstanceRole role) {
    switch (role) {
        case InstanceRole::primary: return "primary";
        case InstanceRole::standby: return "standby";
        case InstanceRole::unknown: return "unknown";
        case InstanceRole::down: return "down";
    }
    return "unknown";
}

InstanceId appointed(const cluster::GroupState& group) {
    return group.revoked ? InstanceId{} : group.primary;
}

InstanceView look_at(const View& view, const cluster::GroupState& group,
                     const cluster::Instance& instance) {
    InstanceView look;
    look.declared = &instance;
    const Health node = node_health(view, instance.node);
    if (node == Health::down) {
        look.health = Health::down;
        look.problem = "node " + instance.node.text + " is silent";
        return look;
    }
    look.report = fresh_report(view, instance);
    if (look.report == nullptr) {
        look.problem = "node " + instance.node.text + " has not reported it lately";
        return look;
    }
    look.role = look.report->process == cluster::ProcessState::frozen ? InstanceRole::unknown
                                                                      : role_of(*look.report);
    judge_report(look, group);
    look.lag_bytes = lag_of(view, group, look);
    return look;
}

Health node_health(const View& view, const NodeId& node) {
    const auto* report = fresh_report(view, node);
    if (node == view.self) return node_verdict(view).fine ? Health::healthy : Health::degraded;
    const auto* peer = find_peer(view, node);
    if (peer == nullptr) return Health::unknown;
    switch (peer->liveness) {
        case cluster::Liveness::unheard: return Health::unknown;
        case cluster::Liveness::suspect: return Health::degraded;
        case cluster::Liveness::failed: return Health::down;
        case cluster::Liveness::alive: break;
    }
    return report != nullptr && report->doubts_itself ? Health::degraded : Health::healthy;
}

double node_phi(const View& view, const NodeId& node) {
    constexpr double phi_shown_max = 1000;
    const auto* peer = node == view.self ? nullptr : find_peer(view, node);
    if (peer == nullptr || std::isnan(peer->phi)) return 0;
    return std::clamp(peer->phi, 0.0, phi_shown_max);
}

std::string_view node_role(const View& view, const NodeId& node) {
    if (node == view.self && view.raft.role == raft::Role::leader) return "leader";
    if (node != view.self && node == view.raft.leader) return "leader";
    const auto& learners = view.raft.membership.learners;
    const bool learner = std::find(learners.begin(), learners.end(), node) != learners.end();
    return learner ? "learner" : "follower";
}

std::optional<Incarnation> stranger_of(const View& view, const NodeId& node) {
    const auto found = view.strangers.find(node);
    if (found == view.strangers.end() || !view.state) return std::nullopt;
    const auto known = view.state->nodes.find(node);
    if (known == view.state->nodes.end()) return std::nullopt;
    const cluster::Stranger& stranger = found->second;
    const bool present = view.now - stranger.heard <= presence_max;
    if (!present || stranger.incarnation == known->second.incarnation) return std::nullopt;
    return stranger.incarnation;
}

bool has_quorum(const View& view) {
    if (view.raft.role == raft::Role::leader) return view.raft.quorum_active;
    return static_cast<bool>(view.raft.leader);
}

Verdict consensus_verdict(const View& view) {
    if (!view.formed) return {false, "not part of a cluster yet: " + view.waiting_for};
    if (!view.raft.may_vote) {
        return {false,
                "this node's directory is new to the cluster and may not vote; admit it with "
                "`baton node replace " +
                    view.self.text + "`"};
    }
    if (has_quorum(view)) return {};
    if (view.raft.role == raft::Role::leader) return {false, "a majority of nodes does not answer"};
    return {false,
            "no leader is known: a majority of nodes is not reachable from here, or an "
            "election is under way"};
}

Verdict disk_verdict(const View& view) {
    if (view.fsync_p99_milliseconds < fsync_slow_milliseconds) return {};
    const auto milliseconds = static_cast<std::int64_t>(view.fsync_p99_milliseconds);
    return {false,
            "the disk takes " + std::to_string(milliseconds) + " ms to make a write durable (p99)"};
}

Verdict node_verdict(const View& view) {
    if (auto verdict = consensus_verdict(view); !verdict.fine) return verdict;
    if (auto verdict = disk_verdict(view); !verdict.fine) return verdict;
    const auto own = view.reports.find(view.self);
    if (own != view.reports.end() && own->second.doubts_itself) {
        return {false, "this node was paused or its disk stalled, and judges nobody for now"};
    }
    return {};
}

int health_score(const View& view) {
    if (!view.state || view.state->nodes.empty()) return 0;
    std::size_t alive = 0;
    for (const auto& [id, node] : view.state->nodes) {
        const Health health = node_health(view, id);
        const auto* peer = find_peer(view, id);
        const bool heard =
            id == view.self || (peer != nullptr && peer->liveness == cluster::Liveness::alive);
        alive += heard && health != Health::down ? 1U : 0U;
    }
    const double share = static_cast<double>(alive) / static_cast<double>(view.state->nodes.size());
    const double score = (has_quorum(view) ? 30 : 0) +
                         (alive == view.state->nodes.size() ? 25 : 0) + 20 * share +
                         25 * share_of_groups(view);
    return static_cast<int>(std::floor(score + 1e-9));
}

Duration lease_remaining(const View& view, const cluster::GroupState& group) {
    const auto end = view.lease_ends.find(lease::Pair{group.declared.id, group.epoch});
    if (end == view.lease_ends.end()) return Duration{0};
    return std::max(Duration{0}, end->second - view.now);
}

bool serves_as_primary(const View& view, const cluster::GroupState& group) {
    const auto* own = group.declared.on(view.self);
    if (own == nullptr || own->id != appointed(group)) return false;
    if (lease_remaining(view, group) <= Duration{0}) return false;
    const auto* report = fresh_report(view, *own);
    return report != nullptr && report->process == cluster::ProcessState::running &&
           report->role == cluster::ServerRole::primary && report->opened == group.epoch;
}

bool serves_as_standby(const View& view, const cluster::GroupState& group) {
    const auto* own = group.declared.on(view.self);
    const auto* report = own == nullptr ? nullptr : fresh_report(view, *own);
    return report != nullptr && own->serves_reads &&
           report->process == cluster::ProcessState::running &&
           report->role == cluster::ServerRole::standby && report->following && report->link_up &&
           !report->loading;
}

}  // namespace baton::api
