#include "config/cluster_file.hpp"

#include "config/duration_text.hpp"

#include <iomanip>
#include <sstream>

namespace baton::config {
namespace {

/// Lines of "key length:value": no value can pass for another key.
class Lines {
public:
    void add(std::string_view key, std::string_view value) {
        text_ << key << ' ' << value.size() << ':' << value << '\n';
    }
    void add(std::string_view key, std::uint64_t value) { add(key, std::to_string(value)); }
    void add(std::string_view key, Duration value) { add(key, duration_text(value)); }
    void add(std::string_view key, double value) {
        std::ostringstream number;
        number << std::setprecision(17) << value;
        add(key, number.str());
    }
    void flag(std::string_view key, bool value) { add(key, value ? "true" : "false"); }
    [[nodiscard]] std::string text() const { return text_.str(); }

private:
    std::ostringstream text_;
};

std::string_view word(cluster::QuorumLoss loss) {
    switch (loss) {
        case cluster::QuorumLoss::stop: return "stop";
    }
    return "";
}

void add_tuning(Lines& lines, const ClusterFile& file) {
    lines.add("election_timeout_min", file.consensus.election_timeout_min);
    lines.add("election_timeout_max", file.consensus.election_timeout_max);
    lines.add("heartbeat_interval", file.consensus.heartbeat_interval);
    lines.add("snapshot_threshold", file.consensus.snapshot_threshold);
    lines.add("max_append_entries", std::uint64_t{file.consensus.max_append_entries});
    lines.add("threshold", file.detector.threshold);
    lines.add("failed_threshold", file.detector.failed_threshold);
    lines.flag("adaptive", file.detector.adaptive);
    lines.add("window_size", std::uint64_t{file.detector.window_size});
    lines.add("network_jitter_factor", file.detector.network_jitter_factor);
}

void add_node(Lines& lines, const cluster::Node& node, const ClusterFile& file) {
    lines.add("node", node.id.text);
    lines.add("host", node.peer.host);
    lines.add("peer_port", std::uint64_t{node.peer.port});
    lines.add("api_port", std::uint64_t{node.api.port});
    lines.flag("voter", node.voter);
    const auto local = file.local.find(node.id);
    if (local == file.local.end()) return;
    lines.add("data", local->second.data);
    // Only when given: files that do not use it keep the digest they had.
    if (!local->second.front_run_as.empty()) {
        lines.add("front_run_as", local->second.front_run_as);
    }
    if (local->second.witness) lines.flag("witness", true);
}

void add_instance(Lines& lines, const cluster::Instance& instance) {
    lines.add("instance", instance.id.text);
    lines.add("node", instance.node.text);
    lines.add("port", std::uint64_t{instance.endpoint.port});
    lines.add("data", instance.data);
    lines.add("run_as", instance.run_as);
    lines.add("priority", std::uint64_t{instance.priority});
    if (!instance.serves_reads) lines.flag("noloadbalance", true);
}

void add_group(Lines& lines, const cluster::Group& group) {
    lines.add("group", group.id.text);
    lines.add("kind", cluster::name_of(group.kind));
    lines.add("durability", cluster::name_of(group.durability));
    if (group.durability == cluster::Durability::replicated) {
        lines.add("acknowledgements", std::uint64_t{group.acknowledgements});
    }
    lines.add("on_quorum_loss", word(group.on_quorum_loss));
    lines.add("write", std::uint64_t{group.write_port});
    lines.add("read", std::uint64_t{group.read_port});
    for (const NodeId& node : group.front_nodes) lines.add("front", node.text);
    lines.add("binary", group.server_binary);
    for (const std::string& argument : group.server_arguments) lines.add("argument", argument);
    lines.add("password_file", group.password_file);
    lines.flag("tls", group.tls.enabled);
    lines.add("ca_file", group.tls.ca_file);
    lines.add("cert_file", group.tls.cert_file);
    lines.add("key_file", group.tls.key_file);
    lines.add("frozen_after", group.frozen_after);
    lines.add("busy_after", group.busy_after);
    lines.add("switchover_timeout", group.switchover_timeout);
    lines.add("failover_block", group.failover_block);
    if (group.quarantine != cluster::QuarantineBounds{}) {
        lines.add("quarantine_keep", std::uint64_t{group.quarantine.keep});
        lines.add("quarantine_bytes", group.quarantine.bytes);
    }
    for (const std::string& word : group.hooks.on_role_change) lines.add("on_role_change", word);
    if (!group.hooks.on_role_change.empty()) lines.add("hook_timeout", group.hooks.timeout);
    for (const auto& instance : group.instances) add_instance(lines, instance);
}

}  // namespace

std::string_view name_of(KernelFencing fencing) {
    switch (fencing) {
        case KernelFencing::automatic: return "auto";
        case KernelFencing::required: return "required";
        case KernelFencing::off: return "off";
    }
    return "auto";
}

std::string canonical_text(const ClusterFile& file) {
    Lines lines;
    lines.add("cluster", file.topology.name);
    lines.add("lease", file.topology.settings.lease);
    lines.add("token_file", file.token_file);
    // Only when given, as with front_run_as.
    if (!file.tokens_file.empty()) lines.add("tokens_file", file.tokens_file);
    if (file.tls.enabled()) {
        lines.add("agent_ca_file", file.tls.ca_file);
        lines.add("agent_cert_file", file.tls.cert_file);
        lines.add("agent_key_file", file.tls.key_file);
    }
    if (file.kernel_fencing != KernelFencing::automatic) {
        lines.add("kernel_fencing", name_of(file.kernel_fencing));
    }
    const cluster::FencingCommand& command = file.topology.settings.fencing;
    for (const std::string& word : command.words) lines.add("fencing_command", word);
    if (!command.words.empty()) lines.add("fencing_timeout", command.timeout);
    add_tuning(lines, file);
    for (const auto& node : file.topology.nodes) add_node(lines, node, file);
    for (const auto& group : file.topology.groups) add_group(lines, group);
    return lines.text();
}

}  // namespace baton::config
