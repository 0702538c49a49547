#include "playground/playground.hpp"

#include "adapters/kernel_lease.hpp"
#include "cli/http.hpp"
#include "playground/account.hpp"
#include "playground/layout.hpp"
#include "playground/processes.hpp"
#include "playground/watch.hpp"

#include <nlohmann/json.hpp>

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <thread>

namespace baton::playground {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int exit_failed = 1;
constexpr int exit_usage = 2;
constexpr auto up_patience = std::chrono::seconds{60};
constexpr Duration down_patience = std::chrono::seconds{10};
constexpr auto steady_poll = std::chrono::milliseconds{50};
/// Version of the shape of playground.json; programs read it.
constexpr int contract_version = 1;

int complain(const Error& error, int code) {
    std::fprintf(stderr, "baton playground: %s\n", error.message.c_str());
    return code;
}

std::string node_directory(const config::ClusterFile& file, const NodeId& node) {
    return file.local.at(node).data;
}

json door(const config::ClusterFile& file, std::uint16_t port) {
    json all = json::array();
    for (const cluster::Node& node : file.topology.nodes) {
        all.push_back({{"node", node.id.text}, {"host", node.peer.host}, {"port", port}});
    }
    return {{"host", file.topology.nodes.front().peer.host}, {"port", port}, {"all", all}};
}

std::map<std::string, std::int64_t> instance_pids(const Result<json>& groups) {
    std::map<std::string, std::int64_t> pids;
    if (!groups) return pids;
    for (const json& group : groups.value()) {
        for (const json& instance : group.value("instances", json::array())) {
            pids[instance.value("id", "")] = instance.value("pid", std::int64_t{0});
        }
    }
    return pids;
}

json contract(const config::ClusterFile& file, const Result<json>& groups) {
    json nodes = json::array();
    for (const cluster::Node& node : file.topology.nodes) {
        const int guard = guard_pid(node_directory(file, node.id));
        nodes.push_back(
            {{"name", node.id.text},
             {"guard", {{"pid", guard}}},
             {"agent", {{"pid", agent_pid(guard)}, {"api", cli::endpoint_text(node.api)}}}});
    }
    const auto pids = instance_pids(groups);
    json declared = json::array();
    for (const cluster::Group& group : file.topology.groups) {
        json instances = json::array();
        for (const cluster::Instance& each : group.instances) {
            const auto pid = pids.find(each.id.text);
            instances.push_back({{"id", each.id.text},
                                 {"node", each.node.text},
                                 {"pid", pid == pids.end() ? 0 : pid->second},
                                 {"host", each.endpoint.host},
                                 {"port", each.endpoint.port}});
        }
        declared.push_back(
            {{"name", group.id.text},
             {"kind", cluster::name_of(group.kind)},
             {"fronts",
              {{"write", door(file, group.write_port)}, {"read", door(file, group.read_port)}}},
             {"instances", instances}});
    }
    return {{"version", contract_version},
            {"nodes", nodes},
            {"groups", declared},
            {"config", file.path}};
}

/// Written whole or not at all: programs may read it at any time.
bool write_contract(const std::string& directory, const json& content) {
    const std::string path = contract_path(directory);
    std::ofstream file(path + ".new", std::ios::trunc);
    file << content.dump(2) << '\n';
    file.close();
    std::error_code error;
    if (file) fs::rename(path + ".new", path, error);
    return file && !error;
}

/// Root's servers get a user without privileges, if there is one that can do.
Result<std::string> choose_user(const std::string& directory, const Model& model) {
    if (::geteuid() != 0) return std::string{};
    BATON_TRY(std::vector<std::string> needed, make_ways(directory, model.nodes));
    for (std::size_t group = 0; model.like && group < model.like->topology.groups.size(); ++group) {
        const std::string& binary = model.like->topology.groups[group].server_binary;
        if (binary.starts_with('/')) needed.push_back(binary);
    }
    const Account account = server_account(directory, needed);
    if (!account.warning.empty()) {
        std::fprintf(stderr, "baton playground: warning: %s\n", account.warning.c_str());
    }
    return account.user;
}

Result<config::ClusterFile> prepare(const cli::PlaygroundOptions& options) {
    const std::string path = config_path(options.directory);
    if (!fs::exists(path)) {
        std::optional<config::ClusterFile> like;
        if (!options.config.empty()) {
            BATON_TRY(auto loaded, config::load(options.config));
            like = std::move(loaded);
        }
        Model model{options.nodes, like ? &*like : nullptr, {}, options.tls};
        BATON_TRY(model.run_as, choose_user(options.directory, model));
        if (model.tls) {
            BATON_TRY(make_certificates(options.directory, model.nodes));
        }
        BATON_TRY(write_config(options.directory, model));
    }
    return config::load(path);
}

Result<void> start_missing(const config::ClusterFile& file) {
    for (const cluster::Node& node : file.topology.nodes) {
        const std::string directory = node_directory(file, node.id);
        if (guard_pid(directory) != 0) continue;
        BATON_TRY(start_node(file.path, node.id.text, directory));
    }
    return success();
}

/// What keeps a cluster from becoming steady, for the operator.
void explain_failure(const config::ClusterFile& file, const std::string& missing) {
    std::fprintf(stderr, "baton playground: not steady after %lld s: %s\n",
                 static_cast<long long>(up_patience.count()), missing.c_str());
    for (const cluster::Node& node : file.topology.nodes) {
        const std::string log = node_directory(file, node.id) + "/agent.log";
        std::fprintf(stderr, "  node %s: see %s\n", node.id.text.c_str(), log.c_str());
    }
}

}  // namespace

int up(const cli::PlaygroundOptions& options) {
    auto file = prepare(options);
    if (!file) return complain(file.error(), exit_usage);
    const auto token = token_of(file.value());
    if (!token) return complain(token.error(), exit_usage);
    if (auto started = start_missing(file.value()); !started) {
        return complain(started.error(), exit_failed);
    }
    const auto deadline = std::chrono::steady_clock::now() + up_patience;
    Result<json> groups = groups_of(file.value(), token.value());
    std::string missing = unsteady(file.value(), groups);
    while (!missing.empty() && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(steady_poll);
        groups = groups_of(file.value(), token.value());
        missing = unsteady(file.value(), groups);
    }
    const bool written = write_contract(options.directory, contract(file.value(), groups));
    if (!missing.empty()) {
        explain_failure(file.value(), missing);
        return exit_failed;
    }
    if (!written) {
        return complain(unavailable("cannot write " + contract_path(options.directory)),
                        exit_failed);
    }
    std::fprintf(stderr, "playground in %s is up: %zu nodes, %zu group(s) steady\n",
                 options.directory.c_str(), file.value().topology.nodes.size(),
                 file.value().topology.groups.size());
    return 0;
}

int down(const cli::PlaygroundOptions& options) {
    if (!fs::exists(config_path(options.directory))) {
        return complain(invalid(options.directory + " holds no playground"), exit_usage);
    }
    auto file = config::load(config_path(options.directory));
    if (!file) return complain(file.error(), exit_usage);
    std::vector<std::thread> ends;
    for (const cluster::Node& node : file.value().topology.nodes) {
        const int guard = guard_pid(node_directory(file.value(), node.id));
        if (guard != 0) ends.emplace_back([guard] { end_guard(guard, down_patience); });
    }
    for (std::thread& end : ends) end.join();
    // A guard that was killed outright left its node's ports in the kernel's hands.
    for (const cluster::Node& node : file.value().topology.nodes) {
        adapters::remove_kernel_lease({file.value().topology.name, node.id.text,
                                       node_directory(file.value(), node.id), node.peer.host});
    }
    return 0;
}

int status(const cli::PlaygroundOptions& options) {
    auto file = config::load(config_path(options.directory));
    if (!file) return complain(file.error(), exit_usage);
    for (const cluster::Node& node : file.value().topology.nodes) {
        const int guard = guard_pid(node_directory(file.value(), node.id));
        std::printf("node %s: %s\n", node.id.text.c_str(),
                    guard == 0 ? "down" : ("guard " + std::to_string(guard)).c_str());
    }
    const auto token = token_of(file.value());
    if (!token) return complain(token.error(), exit_usage);
    const std::string missing = unsteady(file.value(), groups_of(file.value(), token.value()));
    std::printf("%s\n", missing.empty() ? "every group is steady" : missing.c_str());
    return missing.empty() ? 0 : exit_failed;
}

}  // namespace baton::playground
