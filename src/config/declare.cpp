#include "config/declare.hpp"

#include "config/nearest.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>
#include <utility>

namespace baton::config {
namespace {

using namespace std::chrono_literals;

/// Directory of an agent whose file names none; the one packages create.
constexpr std::string_view data_default = "/var/lib/baton";

constexpr std::string_view not_a_program =
    "must begin with the absolute path of a program; there is no shell, so each argument is an "
    "element of its own";

/// The guard knows a group's hook by a name of its own, which has to fit.
constexpr std::size_t hooked_name_max = 58;

constexpr std::uint16_t peer_port_default = 7400;
constexpr std::uint16_t api_port_default = 8080;

/// Arguments that baton sets itself; given twice they would contradict it.
constexpr std::array<std::string_view, 17> reserved_arguments{"port",
                                                              "bind",
                                                              "dir",
                                                              "replicaof",
                                                              "slaveof",
                                                              "daemonize",
                                                              "pidfile",
                                                              "logfile",
                                                              "tls-port",
                                                              "unixsocket",
                                                              "supervised",
                                                              "masteruser",
                                                              "protected-mode",
                                                              "min-replicas-to-write",
                                                              "min-replicas-max-lag",
                                                              "min-slaves-to-write",
                                                              "min-slaves-max-lag"};
/// Arguments whose value is a secret; argv is readable by every user.
constexpr std::array<std::string_view, 4> secret_arguments{"requirepass", "masterauth", "user",
                                                           "tls-key-file-pass"};

/// Stands for the name of each node in the paths of its certificate.
constexpr std::string_view node_pattern = "{node}";

void read_node(Section& section, ClusterFile& into, Origins& origins) {
    cluster::Node node;
    LocalNode local{.data = std::string{data_default}, .front_run_as = {}, .witness = false};
    section.require("name");
    section.require("host");
    section.name("name", node.id.text);
    section.host("host", node.peer.host);
    node.api.host = node.peer.host;
    node.peer.port = peer_port_default;
    node.api.port = api_port_default;
    section.port("peer_port", node.peer.port);
    section.port("api_port", node.api.port);
    section.file_path("data", local.data);
    section.name("front_run_as", local.front_run_as);
    section.flag("voter", node.voter);
    section.flag("witness", local.witness);
    section.finish();
    origins.nodes.push_back(section.path());
    origins.node_data.push_back(local.data);
    into.local.emplace(node.id, std::move(local));
    into.topology.nodes.push_back(std::move(node));
}

void read_fronts(Section& group_section, cluster::Group& group) {
    auto section = group_section.section("fronts");
    if (!section) return;
    section->require("write");
    section->port("write", group.write_port);
    section->port("read", group.read_port);
    std::vector<std::string> nodes;
    section->texts("nodes", nodes);
    for (std::string& node : nodes) group.front_nodes.emplace_back(std::move(node));
    section->finish();
}

void check_argument(Section& section, std::string_view argument) {
    std::string_view word = argument;
    while (!word.empty() && word.front() == '-') word.remove_prefix(1);
    word = word.substr(0, word.find_first_of(" ="));
    if (std::ranges::find(secret_arguments, word) != secret_arguments.end()) {
        return section.problem("arguments", "\"" + std::string{word} +
                                                "\" would show a secret to every user of the "
                                                "machine; use password_file of the group");
    }
    if (std::ranges::find(reserved_arguments, word) != reserved_arguments.end()) {
        section.problem("arguments", "\"" + std::string{word} + "\" is set by baton itself");
    }
}

void read_server(Section& group_section, cluster::Group& group) {
    auto section = group_section.section("server");
    if (!section) return;
    section->text("binary", group.server_binary);
    if (group.server_binary.find('/') != std::string::npos) {
        section->file_path("binary", group.server_binary);
    }
    section->texts("arguments", group.server_arguments);
    for (const std::string& argument : group.server_arguments) check_argument(*section, argument);
    section->finish();
}

void read_tls(Section& group_section, cluster::Group& group) {
    auto section = group_section.section("tls");
    if (!section) return;
    group.tls.enabled = true;
    section->flag("enabled", group.tls.enabled);
    section->file_path("ca_file", group.tls.ca_file);
    section->file_path("cert_file", group.tls.cert_file);
    section->file_path("key_file", group.tls.key_file);
    if (group.tls.enabled) {
        section->require("cert_file");
        section->require("key_file");
    }
    section->finish();
}

void read_durability(Section& section, cluster::Group& group) {
    std::string durability = "async";
    section.text("durability", durability);
    const auto confirmed = section.whole("acknowledgements", {1, 100});
    if (durability == "replicated") {
        group.durability = cluster::Durability::replicated;
        group.acknowledgements = static_cast<std::uint32_t>(confirmed.value_or(1));
        return;
    }
    if (durability != "async") {
        section.problem("durability", "expected async or replicated, found \"" + durability + "\"");
    } else if (confirmed) {
        section.problem("acknowledgements",
                        "says how many standbys confirm a write when durability is replicated; "
                        "with async it means nothing: leave it out, or set durability");
    }
}

/// Values other than those of this version get a sentence of their own: the
/// operator asked for a promise that must not be silently weakened.
void read_policies(Section& section, cluster::Group& group) {
    std::string kind = "redis";
    section.text("kind", kind);
    if (kind == "postgres" || kind == "app") {
        section.problem("kind", "\"" + kind + "\" is not available in this version; use redis");
    } else if (kind != "redis") {
        section.problem("kind", "expected redis, found \"" + kind + "\"");
    }
    group.kind = cluster::Kind::redis;

    read_durability(section, group);

    std::string quorum_loss = "stop";
    section.text("on_quorum_loss", quorum_loss);
    if (quorum_loss == "serve") {
        section.problem("on_quorum_loss",
                        "\"serve\" is not available in this version; with stop "
                        "the primary closes when its lease ends");
    } else if (quorum_loss != "stop") {
        section.problem("on_quorum_loss", "expected stop, found \"" + quorum_loss + "\"");
    }
    group.on_quorum_loss = cluster::QuorumLoss::stop;
}

/// Two words that operators know from elsewhere.
void read_tags(Section& section, cluster::Instance& instance, bool has_priority) {
    bool nofailover = false;
    section.flag("nofailover", nofailover);
    if (nofailover && has_priority && instance.priority != 0) {
        section.problem("nofailover", "means priority 0, but priority is " +
                                          std::to_string(instance.priority) +
                                          "; give one of the two");
    }
    if (nofailover) instance.priority = 0;
    bool noloadbalance = false;
    section.flag("noloadbalance", noloadbalance);
    instance.serves_reads = !noloadbalance;
}

void read_hooks(Section& group_section, cluster::Group& group) {
    auto section = group_section.section("hooks");
    if (!section) return;
    section->require("on_role_change");
    section->texts("on_role_change", group.hooks.on_role_change);
    const auto& words = group.hooks.on_role_change;
    if (section->has("on_role_change") && (words.empty() || !words.front().starts_with('/'))) {
        section->problem("on_role_change", std::string{not_a_program});
    }
    if (group.id.text.size() > hooked_name_max) {
        section->problem("on_role_change", "needs a group whose name has at most 58 characters");
    }
    section->duration("timeout", group.hooks.timeout, 100ms, 10min);
    section->finish();
}

void read_instance(Section& section, const ClusterFile& file, cluster::Group& group) {
    cluster::Instance instance;
    section.require("node");
    section.require("port");
    section.name("node", instance.node.text);
    section.port("port", instance.endpoint.port);
    instance.id = InstanceId{group.id.text + "-" + instance.node.text};
    section.name("name", instance.id.text);
    section.file_path("data", instance.data);
    section.name("run_as", instance.run_as);
    const auto priority = section.whole("priority", {0, 1'000'000});
    if (priority) instance.priority = static_cast<std::uint32_t>(*priority);
    read_tags(section, instance, priority.has_value());
    section.finish();
    if (const auto* node = file.topology.find(instance.node)) {
        instance.endpoint.host = node->peer.host;
        if (instance.data.empty()) {
            instance.data = file.local.at(instance.node).data + "/servers/" + instance.id.text;
        }
    }
    group.instances.push_back(std::move(instance));
}

/// Without any room the returning server would have to lose its tail unseen.
void read_quarantine(Section& group_section, cluster::Group& group) {
    constexpr std::uint64_t bytes_min = std::uint64_t{1} << 20U;
    constexpr std::uint64_t bytes_max = std::uint64_t{1} << 50U;
    auto section = group_section.section("quarantine");
    if (!section) return;
    if (const auto keep = section->whole("keep", {1, 100})) {
        group.quarantine.keep = static_cast<std::uint32_t>(*keep);
    }
    if (const auto bytes = section->whole("bytes", {bytes_min, bytes_max})) {
        group.quarantine.bytes = *bytes;
    }
    section->finish();
}

void read_group(Section& section, ClusterFile& into, Origins& origins) {
    cluster::Group group;
    section.require("name");
    section.name("name", group.id.text);
    read_policies(section, group);
    read_fronts(section, group);
    section.file_path("password_file", group.password_file);
    read_server(section, group);
    read_tls(section, group);
    read_hooks(section, group);
    section.duration("frozen_after", group.frozen_after, 50ms, 1min);
    section.duration("busy_after", group.busy_after, 100ms, 10min);
    section.duration("switchover_timeout", group.switchover_timeout, 100ms, 10min);
    section.duration("failover_block", group.failover_block, 0ms, 24h);
    read_quarantine(section, group);
    Origins::Group origin{.key = section.path(), .instances = {}};
    section.require("instances");
    section.each("instances", [&](Section& instance) {
        origin.instances.push_back(instance.path());
        read_instance(instance, into, group);
    });
    section.finish();
    origins.groups.push_back(std::move(origin));
    into.topology.groups.push_back(std::move(group));
}

/// "{node}" is the only thing in braces that means something.
void check_pattern(Section& section, const std::string& key, std::string path) {
    for (auto at = path.find(node_pattern); at != std::string::npos; at = path.find(node_pattern)) {
        path.erase(at, node_pattern.size());
    }
    if (path.find_first_of("{}") == std::string::npos) return;
    section.problem(key, "only {node} may stand in braces; it means the name of each node");
}

void read_command(Section& section, cluster::FencingCommand& command) {
    section.texts("command", command.words);
    const bool given = section.has("command");
    if (given && (command.words.empty() || !command.words.front().starts_with('/'))) {
        section.problem("command", std::string{not_a_program});
    }
    if (!given && section.has("timeout")) section.problem("timeout", "is that of a command");
    section.duration("timeout", command.timeout, 100ms, 10min);
}

KernelFencing read_kernel_fencing(Section& section) {
    std::string wanted{name_of(KernelFencing::automatic)};
    section.text("kernel", wanted);
    for (const KernelFencing each :
         {KernelFencing::automatic, KernelFencing::required, KernelFencing::off}) {
        if (wanted == name_of(each)) return each;
    }
    section.problem("kernel", "expected auto, required or off, found \"" + wanted + "\"");
    return KernelFencing::automatic;
}

}  // namespace

AgentTls AgentTls::of(const NodeId& node) const {
    AgentTls named = *this;
    for (std::string* path : {&named.ca_file, &named.cert_file, &named.key_file}) {
        for (auto at = path->find(node_pattern); at != std::string::npos;
             at = path->find(node_pattern, at + node.text.size())) {
            path->replace(at, node_pattern.size(), node.text);
        }
    }
    return named;
}

AgentTls read_agent_tls(Section& section) {
    AgentTls tls;
    for (const auto& [key, path] :
         {std::pair{"ca_file", &tls.ca_file}, std::pair{"cert_file", &tls.cert_file},
          std::pair{"key_file", &tls.key_file}}) {
        section.require(key);
        section.file_path(key, *path);
        check_pattern(section, key, *path);
    }
    section.finish();
    return tls;
}

void read_fencing(Section& section, ClusterFile& into) {
    into.kernel_fencing = read_kernel_fencing(section);
    read_command(section, into.topology.settings.fencing);
    section.finish();
}

Consensus read_consensus(Section& section) {
    Consensus value;
    section.duration("election_timeout_min", value.election_timeout_min, 10ms, 1min);
    section.duration("election_timeout_max", value.election_timeout_max, 10ms, 2min);
    section.duration("heartbeat_interval", value.heartbeat_interval, 1ms, 10s);
    value.snapshot_threshold =
        section.whole("snapshot_threshold", {100, 10'000'000}).value_or(value.snapshot_threshold);
    value.max_append_entries =
        section.whole("max_append_entries", {1, 10'000}).value_or(value.max_append_entries);
    section.finish();
    return value;
}

Detector read_detector(Section& section) {
    Detector value;
    section.real("threshold", value.threshold, {1.0, 100.0});
    value.failed_threshold = value.threshold * 2;
    section.real("failed_threshold", value.failed_threshold, {1.0, 300.0});
    section.flag("adaptive", value.adaptive);
    value.window_size = section.whole("window_size", {10, 100'000}).value_or(value.window_size);
    section.real("network_jitter_factor", value.network_jitter_factor, {0.0, 10.0});
    section.finish();
    return value;
}

void read_nodes(Section& top, ClusterFile& into, Origins& origins) {
    top.require("nodes");
    top.each("nodes", [&](Section& section) { read_node(section, into, origins); });
}

void read_groups(Section& top, ClusterFile& into, Origins& origins) {
    top.each("groups", [&](Section& section) { read_group(section, into, origins); });
}

void spare_witnesses(ClusterFile& file) {
    std::vector<NodeId> others;
    for (const cluster::Node& node : file.topology.nodes) {
        if (!file.local.at(node.id).witness) others.push_back(node.id);
    }
    if (others.size() == file.topology.nodes.size()) return;
    for (cluster::Group& group : file.topology.groups) {
        if (group.front_nodes.empty()) group.front_nodes = others;
    }
}

}  // namespace baton::config
