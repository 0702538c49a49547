#pragma once

/// Views of a small cluster for tests of the API: three nodes a, b, c, one
/// group "cache" with an instance on each, primary on a at epoch 4.

#include "api/access.hpp"
#include "api/routes.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace baton::api::sample {

inline constexpr Instant now{std::chrono::seconds{1000}};
inline const GroupId group{"cache"};

inline cluster::Instance instance(const std::string& node) {
    cluster::Instance result;
    result.id = InstanceId{"cache-" + node};
    result.node = NodeId{node};
    result.endpoint = {"127.0.0.1", 7000};
    return result;
}

inline cluster::InstanceReport report(const std::string& node) {
    const bool primary = node == "a";
    cluster::InstanceReport result;
    result.instance = InstanceId{"cache-" + node};
    result.process = cluster::ProcessState::running;
    result.pid = 100;
    result.role = primary ? cluster::ServerRole::primary : cluster::ServerRole::standby;
    if (!primary) result.following = InstanceId{"cache-a"};
    result.link_up = !primary;
    result.replication_id = "history";
    result.offset = 5000;
    if (primary) result.opened = Epoch{4};
    return result;
}

inline cluster::State state() {
    cluster::State result;
    result.id = ClusterId{"cluster-1"};
    result.name = "shop";
    cluster::GroupState cache;
    cache.declared.id = group;
    cache.phase = cluster::Phase::steady;
    cache.epoch = Epoch{4};
    cache.primary = InstanceId{"cache-a"};
    cache.lineage = {"history", 10, {}};
    std::uint16_t port = 8001;
    for (const std::string node : {"a", "b", "c"}) {
        cache.declared.instances.push_back(instance(node));
        cluster::NodeState declared;
        declared.declared.id = NodeId{node};
        declared.declared.peer = {"10.0.0.1", 7400};
        declared.declared.api = {"10.0.0.1", port++};
        result.nodes[NodeId{node}] = declared;
    }
    cache.decisions.push_back(
        {LogIndex{7}, Epoch{3}, cluster::Phase::fencing, "failover.start", "why one", "facts", 1});
    cache.decisions.push_back(
        {LogIndex{9}, Epoch{4}, cluster::Phase::steady, "steady.reached", "why two", "facts", 2});
    result.groups[group] = cache;
    return result;
}

/// A view together with the state it points to, which tests may change.
struct Cluster {
    std::shared_ptr<cluster::State> agreed = std::make_shared<cluster::State>(state());
    View view;

    explicit Cluster(const std::string& self = "a") {
        view.self = NodeId{self};
        view.formed = true;
        view.now = now;
        view.started = now - std::chrono::seconds{60};
        view.state = agreed;
        view.raft.role = self == "a" ? raft::Role::leader : raft::Role::follower;
        view.raft.leader = NodeId{"a"};
        view.raft.quorum_active = self == "a";
        view.raft.term = Term{5};
        view.raft.commit = LogIndex{42};
        view.raft.membership.voters = {NodeId{"a"}, NodeId{"b"}, NodeId{"c"}};
        for (const std::string node : {"a", "b", "c"}) {
            cluster::NodeReport own;
            own.node = NodeId{node};
            own.fencing = cluster::FencingTier::guard;
            own.instances = {{InstanceId{"cache-" + node}, report(node)}};
            view.reports[own.node] = own;
            view.report_times[own.node] = now;
            if (node == self) continue;
            view.peers.push_back({NodeId{node}, cluster::Liveness::alive, 0.5, true, 200});
        }
        if (self == "a") {
            view.lease_ends[{group, Epoch{4}}] = now + std::chrono::milliseconds{600};
        }
    }

    cluster::GroupState& cache() { return agreed->groups[group]; }
    cluster::InstanceReport& of(const std::string& node) {
        return view.reports[NodeId{node}].instances[InstanceId{"cache-" + node}];
    }
    void silence(const std::string& node) {
        for (auto& peer : view.peers) {
            if (peer.peer == NodeId{node})
                peer = {peer.peer, cluster::Liveness::failed, 40, false, 9};
        }
    }
    void lose_quorum() {
        view.raft.role = raft::Role::follower;
        view.raft.leader = NodeId{};
        view.raft.quorum_active = false;
        view.lease_ends.clear();
    }
};

inline View unformed() {
    View view;
    view.self = NodeId{"a"};
    view.now = now;
    view.waiting_for = "nodes b and c";
    return view;
}

}  // namespace baton::api::sample
