#pragma once

/// What the operator declared: nodes, groups, instances and their settings.
/// Agreed on through the log; the cluster file only proposes. Plain values,
/// no behaviour beyond look-ups.

#include "base/ids.hpp"
#include "base/time.hpp"
#include "core/cluster/settings.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace baton::cluster {

/// Where something listens.
struct Endpoint {
    std::string host;  ///< A name or a literal address.
    std::uint16_t port = 0;

    friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

/// More voters cost latency and add no safety in practice.
inline constexpr std::size_t voters_max = 7;

/// One machine with one agent.
struct Node {
    NodeId id;
    Endpoint peer;      ///< Where the agent listens for other agents.
    Endpoint api;       ///< Where the agent serves HTTP.
    bool voter = true;  ///< False: an observer, which only receives the log.

    friend bool operator==(const Node&, const Node&) = default;
};

enum class Kind {
    redis,  ///< A Redis primary with replicas.
};

enum class Durability {
    async,  ///< A write counts once the primary answered `+OK`; a failover may lose the last ones.
    /// A write counts once `WAIT K` returned K or more, K being the group's
    /// `acknowledgements`; such a write is never lost.
    replicated,
};

/// What a group does when its node can no longer reach a majority of agents.
enum class QuorumLoss {
    stop,  ///< The primary is closed when its lease ends. The only safe answer for Redis.
};

/// One server of a group.
struct Instance {
    InstanceId id;  ///< By default "<group>-<node>".
    NodeId node;
    Endpoint endpoint;
    std::string data;    ///< The server's working directory on its node.
    std::string run_as;  ///< User to run as when the guard is root; empty: the guard's own.
    std::uint32_t priority = 100;  ///< Breaks ties between equal positions; 0: never promoted.
    bool serves_reads = true;      ///< False: never behind the read port, no replica for balancers.

    friend bool operator==(const Instance&, const Instance&) = default;
};

/// Programs of the operator that are told what happened. They decide nothing.
struct Hooks {
    std::vector<std::string> on_role_change;      ///< argv; [0] an absolute path; empty: none.
    Duration timeout = std::chrono::seconds{10};  ///< Then it is killed, with its descendants.

    friend bool operator==(const Hooks&, const Hooks&) = default;
};

/// TLS towards the servers of a group. Paths, never key material.
struct ServerTls {
    bool enabled = false;
    std::string ca_file;    ///< Empty: the system's authorities.
    std::string cert_file;  ///< Presented by servers and, with `key_file`, by agents.
    std::string key_file;

    friend bool operator==(const ServerTls&, const ServerTls&) = default;
};

/// How much is kept of what a returning server holds and the group does not.
struct QuarantineBounds {
    std::uint32_t keep = 10;  ///< Directories per instance; the oldest goes first.
    std::uint64_t bytes = std::uint64_t{1} << 30U;  ///< Of all of them together.

    friend bool operator==(const QuarantineBounds&, const QuarantineBounds&) = default;
};

struct Group {
    GroupId id;
    Kind kind = Kind::redis;
    Durability durability = Durability::async;
    std::uint32_t acknowledgements = 1;  ///< Standbys that confirm a write, if replicated.
    QuorumLoss on_quorum_loss = QuorumLoss::stop;
    std::vector<Instance>
        instances;                 ///< In the order of the file; the first is preferred at birth.
    std::uint16_t write_port = 0;  ///< Front: the same on every node of `front_nodes`.
    std::uint16_t read_port = 0;
    std::vector<NodeId> front_nodes;            ///< Which nodes run the front; empty: every node.
    std::string server_binary;                  ///< Empty: the kind's default, looked up in PATH.
    std::vector<std::string> server_arguments;  ///< Passed on after baton's own, never secrets.
    std::string password_file;                  ///< On every node; empty: no password.
    ServerTls tls;
    Duration frozen_after =
        std::chrono::milliseconds{300};             ///< Stopped, or silent without progress.
    Duration busy_after = std::chrono::seconds{5};  ///< Silent although it consumes CPU.
    Duration switchover_timeout = std::chrono::seconds{5};  ///< Then a switchover is undone.
    Duration failover_block = std::chrono::seconds{60};     ///< A second failover needs proof.
    QuarantineBounds quarantine;
    Hooks hooks;

    friend bool operator==(const Group&, const Group&) = default;
    [[nodiscard]] const Instance* find(const InstanceId& instance) const;
    [[nodiscard]] const Instance* on(const NodeId& node) const;
    /// Whether `node` runs a front with a door for this group.
    [[nodiscard]] bool fronted_on(const NodeId& node) const;
};

/// All that the cluster file declares about the cluster as a whole.
struct Topology {
    std::string name;
    Settings settings;
    std::vector<Node> nodes;
    std::vector<Group> groups;

    friend bool operator==(const Topology&, const Topology&) = default;
    [[nodiscard]] const Node* find(const NodeId& node) const;
    [[nodiscard]] const Group* find(const GroupId& group) const;
};

[[nodiscard]] std::string_view name_of(Kind kind);
[[nodiscard]] std::string_view name_of(Durability durability);

}  // namespace baton::cluster
