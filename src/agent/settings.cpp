#include "agent/settings.hpp"

#include "guard/guard.hpp"

#include <pwd.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

namespace baton::agent {

namespace {

namespace fs = std::filesystem;

std::string data_directory(const config::ClusterFile& file, const NodeId& self) {
    return file.local.at(self).data;
}

Result<void> make_directory(const std::string& path) {
    std::error_code error;
    fs::create_directories(path, error);
    if (!error) return success();
    return unavailable("cannot make directory " + path + ": " + error.message() +
                       "; check the path in the cluster file and its permissions");
}

/// A server that runs as another user must be able to write its directory.
Result<void> give_to(const std::string& path, const std::string& user) {
    if (user.empty() || ::geteuid() != 0) return success();
    const passwd* entry = ::getpwnam(user.c_str());
    if (entry == nullptr) {
        return invalid("run_as: user '" + user + "' does not exist on this machine");
    }
    if (::chown(path.c_str(), entry->pw_uid, entry->pw_gid) == 0) return success();
    return unavailable("cannot give " + path + " to user " + user);
}

}  // namespace

runtime::ConsensusOptions consensus_options(const config::ClusterFile& file, const NodeId& self) {
    runtime::ConsensusOptions options;
    options.raft.self = self;
    options.raft.election_timeout_min = file.consensus.election_timeout_min;
    options.raft.election_timeout_max = file.consensus.election_timeout_max;
    options.raft.heartbeat_interval = file.consensus.heartbeat_interval;
    options.raft.append_entries_max = file.consensus.max_append_entries;
    options.snapshot_threshold = file.consensus.snapshot_threshold;
    return options;
}

detector::Config detector_config(const config::ClusterFile& file) {
    detector::Config config;
    config.threshold = file.detector.threshold;
    config.failed_threshold = file.detector.failed_threshold;
    config.adaptive = file.detector.adaptive;
    config.window_size = file.detector.window_size;
    config.network_jitter_factor = file.detector.network_jitter_factor;
    return config;
}

adapters::TransportOptions transport_options(const config::ClusterFile& file, const NodeId& self) {
    adapters::TransportOptions options;
    options.self = self;
    options.listen = file.topology.find(self)->peer;
    for (const cluster::Node& node : file.topology.nodes) {
        if (node.id != self) options.peers.push_back({node.id, node.peer});
    }
    return options;
}

adapters::CertificateFiles certificate_files(const config::ClusterFile& file, const NodeId& self) {
    const config::AgentTls own = file.tls.of(self);
    return {own.ca_file, own.cert_file, own.key_file};
}

std::string state_directory(const config::ClusterFile& file, const NodeId& self) {
    return data_directory(file, self) + "/state";
}

std::string quarantine_directory(const config::ClusterFile& file, const NodeId& self) {
    return data_directory(file, self) + "/quarantine";
}

std::string front_directory(const config::ClusterFile& file, const NodeId& self) {
    return data_directory(file, self) + "/front";
}

std::string hook_directory(const config::ClusterFile& file, const NodeId& self) {
    return data_directory(file, self) + "/hooks";
}

std::string audit_path(const config::ClusterFile& file, const NodeId& self) {
    return data_directory(file, self) + "/audit.log";
}

adapters::FrontOptions front_options(const config::ClusterFile& file, const NodeId& self) {
    adapters::FrontOptions options;
    options.node = self;
    options.directory = front_directory(file, self);
    options.run_as = file.local.at(self).front_run_as;
    options.ca_file = file.tls.of(self).ca_file;
    return options;
}

adapters::KernelLeaseOwner kernel_lease_owner(const config::ClusterFile& file, const NodeId& self) {
    return {file.topology.name, self.text, data_directory(file, self),
            file.topology.find(self)->peer.host};
}

Result<void> prepare_directories(const config::ClusterFile& file, const NodeId& self) {
    BATON_TRY(make_directory(state_directory(file, self)));
    BATON_TRY(make_directory(front_directory(file, self)));
    BATON_TRY(make_directory(hook_directory(file, self)));
    for (const cluster::Group& group : file.topology.groups) {
        const cluster::Instance* own = group.on(self);
        if (own == nullptr) continue;
        BATON_TRY(prepare_instance(*own));
    }
    return success();
}

Result<void> prepare_instance(const cluster::Instance& instance) {
    BATON_TRY(make_directory(instance.data));
    return give_to(instance.data, instance.run_as);
}

bool under_guard() {
    return std::getenv("BATON_GUARD_SOCKET") != nullptr;
}

int become_guard(const config::ClusterFile& file, const NodeId& self,
                 const std::string& config_path) {
    guard::Options options;
    options.node = self.text;
    options.directory = data_directory(file, self);
    if (auto made = make_directory(options.directory); !made) {
        std::fprintf(stderr, "baton agent: %s\n", made.error().message.c_str());
        return 1;
    }
    std::error_code error;
    const std::string program = fs::read_symlink("/proc/self/exe", error).string();
    options.agent = {program,  "agent",   "--config",    fs::absolute(config_path).string(),
                     "--node", self.text, "--foreground"};
    const int code = guard::run(options);
    // Nothing of the node runs any more: nothing is left to be kept silent. A guard
    // that could not start may have stood beside one that runs.
    if (code != guard::exit_cannot_start && file.kernel_fencing != config::KernelFencing::off) {
        adapters::remove_kernel_lease(kernel_lease_owner(file, self));
    }
    return code;
}

}  // namespace baton::agent
