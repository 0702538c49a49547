#include "playground/layout.hpp"

#include "adapters/certificates.hpp"
#include "config/duration_text.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>

namespace baton::playground {

namespace {

namespace fs = std::filesystem;

/// Ports below Linux's default range for outgoing connections, so that a
/// client's connection does not take one between the look and the use.
constexpr std::uint16_t port_first = 20'000;
constexpr std::uint16_t port_last = 32'000;
/// Automatic failovers may follow each other quickly in a playground: faults
/// are what it is for.
constexpr std::string_view failover_block = "1s";

sockaddr_in address_of(const std::string& host, std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    ::inet_pton(AF_INET, host.c_str(), &address.sin_addr);
    return address;
}

bool can_bind(const std::string& host, std::uint16_t port) {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return false;
    const sockaddr_in address = address_of(host, port);
    const int yes = 1;
    ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    const void* raw = &address;
    const bool bound = ::bind(descriptor, static_cast<const sockaddr*>(raw), sizeof address) == 0;
    ::close(descriptor);
    return bound;
}

std::string host_of(unsigned node) {
    return "127.0.0." + std::to_string(node + 1);
}
std::string name_of(unsigned node) {
    return node < 26 ? std::string(1, static_cast<char>('a' + node)) : "n" + std::to_string(node);
}

struct Door {
    std::string name;
    std::string kind = "redis";
    const cluster::Group* like = nullptr;
};

std::vector<Door> doors_of(const config::ClusterFile* like) {
    if (like == nullptr) return {Door{"redis", "redis", nullptr}};
    std::vector<Door> doors;
    for (const cluster::Group& group : like->topology.groups) {
        doors.push_back({group.id.text, std::string(cluster::name_of(group.kind)), &group});
    }
    return doors;
}

/// The settings a group keeps from the file it is modelled on.
std::string settings_of(const cluster::Group* like) {
    if (like == nullptr) return "    failover_block: " + std::string(failover_block) + "\n";
    std::string text =
        "    failover_block: " + config::duration_text(like->failover_block) + "\n" +
        "    frozen_after: " + config::duration_text(like->frozen_after) + "\n" +
        "    busy_after: " + config::duration_text(like->busy_after) + "\n" +
        "    switchover_timeout: " + config::duration_text(like->switchover_timeout) + "\n";
    if (like->durability == cluster::Durability::replicated) {
        text += "    durability: replicated\n    acknowledgements: " +
                std::to_string(like->acknowledgements) + "\n";
    }
    if (!like->password_file.empty()) text += "    password_file: " + like->password_file + "\n";
    if (like->server_binary.empty() && like->server_arguments.empty()) return text;
    text += "    server:\n";
    if (!like->server_binary.empty()) text += "      binary: " + like->server_binary + "\n";
    if (like->server_arguments.empty()) return text;
    text += "      arguments:\n";
    for (const std::string& argument : like->server_arguments) {
        text += "        - '" + argument + "'\n";
    }
    return text;
}

std::string group_text(const std::string& directory, const Door& door, const Model& model,
                       const std::uint16_t* ports) {
    const std::string user = model.run_as.empty() ? "" : ", run_as: " + model.run_as;
    std::string text = "  - name: " + door.name + "\n    kind: " + door.kind +
                       "\n    fronts: {write: " + std::to_string(ports[0]) +
                       ", read: " + std::to_string(ports[1]) + "}\n" + settings_of(door.like) +
                       "    instances:\n";
    for (unsigned node = 0; node < model.nodes; ++node) {
        text += "      - {node: " + name_of(node) + ", port: " + std::to_string(ports[2]) +
                ", data: " + directory + "/data/" + door.name + "-" + name_of(node) + user + "}\n";
    }
    return text;
}

std::string fencing_text(const config::ClusterFile& like) {
    const cluster::FencingCommand& command = like.topology.settings.fencing;
    std::string text = "fencing:\n  kernel: ";
    text += config::name_of(like.kernel_fencing);
    text += "\n";
    if (command.words.empty()) return text;
    text += "  timeout: " + config::duration_text(command.timeout) + "\n  command:\n";
    for (const std::string& word : command.words) text += "    - '" + word + "'\n";
    return text;
}

std::string tuning_text(const config::ClusterFile* like) {
    if (like == nullptr) return "";
    const config::Consensus& consensus = like->consensus;
    const config::Detector& detector = like->detector;
    return "lease: " + config::duration_text(like->topology.settings.lease) +
           "\n" + fencing_text(*like) + "consensus:\n" +
           "  election_timeout_min: " + config::duration_text(consensus.election_timeout_min) +
           "\n  election_timeout_max: " + config::duration_text(consensus.election_timeout_max) +
           "\n  heartbeat_interval: " + config::duration_text(consensus.heartbeat_interval) +
           "\n  snapshot_threshold: " + std::to_string(consensus.snapshot_threshold) +
           "\n  max_append_entries: " + std::to_string(consensus.max_append_entries) + "\n" +
           fmt::format(
               "failure_detector: {{threshold: {}, failed_threshold: {}, adaptive: {}, "
               "window_size: {}, network_jitter_factor: {}}}\n",
               detector.threshold, detector.failed_threshold, detector.adaptive,
               detector.window_size, detector.network_jitter_factor);
}

/// Whoever may use the API of the file it is modelled on may use this one's.
std::string access_text(const config::ClusterFile* like) {
    if (like == nullptr || (like->token_file.empty() && like->tokens_file.empty())) return "";
    std::string text = "api:\n";
    if (!like->token_file.empty()) text += "  token_file: '" + like->token_file + "'\n";
    if (!like->tokens_file.empty()) text += "  tokens_file: '" + like->tokens_file + "'\n";
    return text;
}

}  // namespace

std::string config_path(const std::string& directory) {
    return fs::absolute(directory).lexically_normal().string() + "/baton.yaml";
}

std::string contract_path(const std::string& directory) {
    return fs::absolute(directory).lexically_normal().string() + "/playground.json";
}

Result<std::vector<std::uint16_t>> free_ports(const std::vector<std::string>& hosts,
                                              std::size_t count) {
    std::vector<std::uint16_t> found;
    // Different playgrounds start looking at different places.
    const auto spread = static_cast<std::uint16_t>(::getpid() % 997 * 12);
    const std::uint16_t range = port_last - port_first;
    for (std::uint16_t step = 0; step < range && found.size() < count; ++step) {
        const auto port = static_cast<std::uint16_t>(port_first + (spread + step) % range);
        const bool free =
            std::ranges::all_of(hosts, [&](const auto& host) { return can_bind(host, port); });
        if (free) found.push_back(port);
    }
    if (found.size() == count) return found;
    return unavailable("no " + std::to_string(count) + " free ports between " +
                       std::to_string(port_first) + " and " + std::to_string(port_last) +
                       " on 127.0.0.x; stop other playgrounds first");
}

Result<void> make_certificates(const std::string& directory, unsigned nodes) {
    const std::string place = fs::absolute(directory).lexically_normal().string() + "/tls";
    BATON_TRY(adapters::make_authority(place));
    for (unsigned node = 0; node < nodes; ++node) {
        BATON_TRY(adapters::issue_certificate(
            place, {NodeId{name_of(node)}, {host_of(node), "localhost"}}));
    }
    std::error_code error;
    fs::permissions(place, fs::perms{0755}, error);  // Fronts may run as another user.
    if (error) return unavailable("cannot open " + place + " to others: " + error.message());
    return success();
}

Result<std::vector<std::string>> make_ways(const std::string& directory, unsigned nodes) {
    const std::string root = fs::absolute(directory).lexically_normal().string();
    std::vector<std::string> ways{root, root + "/data", root + "/nodes"};
    for (unsigned node = 0; node < nodes; ++node) ways.push_back(ways[2] + "/" + name_of(node));
    for (const std::string& way : ways) {
        std::error_code error;
        const bool made = fs::create_directories(way, error);
        if (made) fs::permissions(way, fs::perms{0755}, error);
        if (error) return unavailable("cannot make " + way + ": " + error.message());
    }
    return ways;
}

Result<void> write_config(const std::string& directory, const Model& model) {
    const auto& [nodes, like, run_as, tls] = model;
    if (nodes < 1 || nodes > 7) return invalid("--nodes must be between 1 and 7");
    const std::string root = fs::absolute(directory).lexically_normal().string();
    const std::vector<Door> doors = doors_of(like);
    std::vector<std::string> hosts;
    for (unsigned node = 0; node < nodes; ++node) hosts.push_back(host_of(node));
    BATON_TRY(auto ports, free_ports(hosts, 2 + 3 * doors.size()));
    std::string text =
        "# Made by `baton playground up`; a playground may be changed and started "
        "again.\ncluster: playground\n" +
        tuning_text(like) + "nodes:\n";
    const std::string user = run_as.empty() ? "" : ", front_run_as: " + run_as;
    for (unsigned node = 0; node < nodes; ++node) {
        text += "  - {name: " + name_of(node) + ", host: " + hosts[node] +
                ", peer_port: " + std::to_string(ports[0]) +
                ", api_port: " + std::to_string(ports[1]) + ", data: " + root + "/nodes/" +
                name_of(node) + user + "}\n";
    }
    text += access_text(like);
    if (tls) {
        text +=
            "tls: {ca_file: tls/ca.crt, cert_file: 'tls/{node}.crt', key_file: "
            "'tls/{node}.key'}\n";
    }
    text += "groups:\n";
    for (std::size_t door = 0; door < doors.size(); ++door) {
        text += group_text(root, doors[door], model, &ports[2 + 3 * door]);
    }
    std::error_code error;
    fs::create_directories(root, error);
    std::ofstream file(config_path(directory), std::ios::trunc);
    file << text;
    file.close();
    if (file) return success();
    return unavailable("cannot write " + config_path(directory) + ": " + std::strerror(errno));
}

}  // namespace baton::playground
