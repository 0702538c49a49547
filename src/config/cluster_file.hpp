#pragma once

/// The cluster file: what one YAML file, the same on every node, declares.
/// Reading it changes nothing; a file with any error yields nothing at all.
/// The keys are described in docs/configuration.md.

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "core/cluster/topology.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace baton::config {

/// Tuning of consensus (key `consensus`).
struct Consensus {
    Duration election_timeout_min = std::chrono::milliseconds{150};
    Duration election_timeout_max = std::chrono::milliseconds{300};
    Duration heartbeat_interval = std::chrono::milliseconds{50};
    std::uint64_t snapshot_threshold = 10'000;  ///< Log entries before a snapshot is taken.
    std::size_t max_append_entries = 100;       ///< Entries per message to a follower.

    friend bool operator==(const Consensus&, const Consensus&) = default;
};

/// Tuning of suspicion (key `failure_detector`).
struct Detector {
    double threshold = 8.0;  ///< φ at which a peer is suspect.
    double failed_threshold =
        16.0;              ///< φ at which it counts as failed; twice `threshold` if unset.
    bool adaptive = true;  ///< Thresholds follow the observed jitter.
    std::size_t window_size = 200;       ///< Heartbeat intervals remembered per peer.
    double network_jitter_factor = 0.3;  ///< Expected jitter, as a share of the mean interval.

    friend bool operator==(const Detector&, const Detector&) = default;
};

/// What concerns only the machine itself.
struct LocalNode {
    std::string data;            ///< The agent's own directory: log, snapshots, identity.
    std::string front_run_as{};  ///< User of the front when the guard is root; empty: the guard's.
    bool witness = false;        ///< It votes, and runs neither server nor front.

    friend bool operator==(const LocalNode&, const LocalNode&) = default;
};

/// TLS of the agents themselves (key `tls`): with each other and at their API.
/// Paths, absolute, never key material.
struct AgentTls {
    std::string ca_file;  ///< Empty: no TLS.
    std::string cert_file;
    std::string key_file;

    [[nodiscard]] bool enabled() const { return !ca_file.empty(); }
    /// The same with the name of `node` in place of each "{node}": one cluster
    /// file serves nodes that share a machine.
    [[nodiscard]] AgentTls of(const NodeId& node) const;

    friend bool operator==(const AgentTls&, const AgentTls&) = default;
};

/// Whether the kernel's lease is used (key `fencing.kernel`).
enum class KernelFencing {
    automatic,  ///< Where the machine permits it.
    required,   ///< An agent that cannot have it does not start.
    off,
};
[[nodiscard]] std::string_view name_of(KernelFencing fencing);

struct ClusterFile {
    cluster::Topology topology;
    Consensus consensus;
    Detector detector;
    std::map<NodeId, LocalNode> local;  ///< One for every node of the topology.
    AgentTls tls;
    KernelFencing kernel_fencing = KernelFencing::automatic;
    std::string token_file;   ///< Absolute; the administrator's token; empty: none.
    std::string tokens_file;  ///< Absolute; hashed tokens with roles; empty: none.
    /// Equal for files with equal meaning, whatever their layout, comments and
    /// order of keys; 16 hexadecimal digits. Nodes compare it with each other.
    std::string digest;
    std::vector<std::string> warnings;  ///< Works, but the operator should know; one sentence each.
    std::string path;                   ///< Where it was read from, absolute.
};

/// Reads and checks the file and what it includes. Paths in it are resolved
/// against the file that holds them. Errors: unavailable (cannot be read),
/// invalid (every problem found, each with file, line and key, one per line).
[[nodiscard]] Result<ClusterFile> load(const std::string& path);

/// The declaration as text in a fixed order; what `digest` is taken over.
[[nodiscard]] std::string canonical_text(const ClusterFile& file);

}  // namespace baton::config
