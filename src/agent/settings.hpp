#pragma once

/// From the cluster file to the options of each part, and the places of this
/// node's files.

#include "adapters/factories.hpp"
#include "adapters/gate.hpp"
#include "adapters/kernel_lease.hpp"
#include "base/result.hpp"
#include "config/cluster_file.hpp"
#include "config/identity.hpp"
#include "core/detector/phi.hpp"
#include "runtime/consensus.hpp"

#include <string>

namespace baton::agent {

[[nodiscard]] runtime::ConsensusOptions consensus_options(const config::ClusterFile& file,
                                                          const NodeId& self);
[[nodiscard]] detector::Config detector_config(const config::ClusterFile& file);
[[nodiscard]] adapters::TransportOptions transport_options(const config::ClusterFile& file,
                                                           const NodeId& self);

/// Where this node's certificate is. Only with `tls` in the file.
[[nodiscard]] adapters::CertificateFiles certificate_files(const config::ClusterFile& file,
                                                           const NodeId& self);

/// `<data>/state`: log, snapshots, promises.
[[nodiscard]] std::string state_directory(const config::ClusterFile& file, const NodeId& self);
/// `<data>/quarantine`: what returning servers held and their groups did not.
[[nodiscard]] std::string quarantine_directory(const config::ClusterFile& file, const NodeId& self);
/// `<data>/front`: HAProxy's configuration, socket and log.
[[nodiscard]] std::string front_directory(const config::ClusterFile& file, const NodeId& self);
[[nodiscard]] adapters::FrontOptions front_options(const config::ClusterFile& file,
                                                   const NodeId& self);
/// Which table of the kernel is this node's.
[[nodiscard]] adapters::KernelLeaseOwner kernel_lease_owner(const config::ClusterFile& file,
                                                            const NodeId& self);
/// `<data>/hooks`: what the programs of operators say.
[[nodiscard]] std::string hook_directory(const config::ClusterFile& file, const NodeId& self);
/// `<data>/audit.log`: the record of changes.
[[nodiscard]] std::string audit_path(const config::ClusterFile& file, const NodeId& self);
/// Makes them, and the data directories of this node's instances. Errors:
/// unavailable, naming directory and reason.
[[nodiscard]] Result<void> prepare_directories(const config::ClusterFile& file, const NodeId& self);
/// Makes the data directory of one instance. Errors: as above.
[[nodiscard]] Result<void> prepare_instance(const cluster::Instance& instance);

/// Whether this process was started by a guard.
[[nodiscard]] bool under_guard();
/// Turns this process into the guard of `self`, which starts the agent.
/// Returns only when the guard ends, with its exit code.
[[nodiscard]] int become_guard(const config::ClusterFile& file, const NodeId& self,
                               const std::string& config_path);

}  // namespace baton::agent
