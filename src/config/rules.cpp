#include "config/rules.hpp"

#include "config/duration_text.hpp"
#include "config/nearest.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace baton::config {
namespace {

constexpr int heartbeats_per_lease = 5;
constexpr int heartbeats_per_election = 3;
/// The agent closes its primary this long before the lease ends; a lease of
/// less than twice that would leave it closed most of the time.
constexpr Duration closing_margin = std::chrono::milliseconds{150};

/// What the guard takes as a name, without what marks the command.
constexpr std::size_t fenced_name_max = 57;

/// What uses a name, port or directory, so that the second user is told about
/// the first.
class Taken {
public:
    explicit Taken(Report& report) : report_(report) {}

    void claim(const std::string& thing, const std::string& key, const std::string& what) {
        const auto [place, fresh] = owners_.emplace(thing, what);
        if (!fresh) report_.problem_at(key, thing + " is already used by " + place->second);
    }

private:
    Report& report_;
    std::map<std::string, std::string> owners_;
};

/// Two spellings of this machine are one machine.
std::string machine(const std::string& host) {
    return host == "localhost" ? "127.0.0.1" : host;
}

bool loopback(const std::string& host) {
    return host == "localhost" || host == "::1" || host.starts_with("127.");
}

std::string address(const std::string& host, std::uint16_t port) {
    return machine(host) + ":" + std::to_string(port);
}

class Rules {
public:
    Rules(const ClusterFile& file, const Origins& origins, Report& report)
        : file_(file), topology_(file.topology), origins_(origins), report_(report) {
        for (const auto& node : topology_.nodes) node_names_.push_back(node.id.text);
    }

    void check() {
        check_timing();
        check_fencing();
        check_detector();
        check_voters();
        check_witnesses();
        check_names();
        check_ports();
        check_directories();
        for (std::size_t i = 0; i < topology_.groups.size(); ++i) check_group(i);
    }

private:
    /// The guard knows the command that cuts a node off by a name of its own.
    void check_fencing() {
        if (topology_.settings.fencing.words.empty()) return;
        for (const auto& node : topology_.nodes) {
            if (node.id.text.size() <= fenced_name_max) continue;
            report_.problem_at("fencing.command", "needs nodes whose names have at most " +
                                                      std::to_string(fenced_name_max) +
                                                      " characters; '" + node.id.text +
                                                      "' has " +
                                                      std::to_string(node.id.text.size()));
        }
    }

    void check_timing() {
        const Consensus& tuning = file_.consensus;
        const Duration lease = topology_.settings.lease;
        const Duration heartbeat = tuning.heartbeat_interval;
        if (tuning.election_timeout_min >= tuning.election_timeout_max) {
            report_.problem_at("consensus.election_timeout_min",
                               duration_text(tuning.election_timeout_min) +
                                   " is not less than election_timeout_max " +
                                   duration_text(tuning.election_timeout_max) +
                                   "; without a spread candidates collide");
        }
        if (tuning.election_timeout_min < heartbeats_per_election * heartbeat) {
            report_.problem_at("consensus.election_timeout_min",
                               duration_text(tuning.election_timeout_min) +
                                   " is less than three heartbeats of " + duration_text(heartbeat) +
                                   "; one lost heartbeat would start an election");
        }
        if (lease < heartbeats_per_lease * heartbeat) {
            report_.problem_at("lease", duration_text(lease) + " is less than five heartbeats of " +
                                            duration_text(heartbeat) +
                                            "; a lost heartbeat would close primaries");
        } else if (lease < 2 * closing_margin) {
            report_.problem_at("lease",
                               duration_text(lease) + " is less than " +
                                   duration_text(2 * closing_margin) + "; a primary is closed " +
                                   duration_text(closing_margin) + " before its lease ends");
        } else if (lease < 2 * tuning.election_timeout_max) {
            report_.warning_at("lease", duration_text(lease) +
                                            " is close to election_timeout_max " +
                                            duration_text(tuning.election_timeout_max) +
                                            "; give the lease at least twice that, so that a "
                                            "change of leader does not cost a primary");
        }
    }

    void check_detector() {
        const Detector& detector = file_.detector;
        if (detector.failed_threshold > detector.threshold) return;
        report_.problem_at(
            "failure_detector.failed_threshold",
            "must be greater than threshold: a peer is suspect before it has failed");
    }

    void check_voters() {
        if (topology_.nodes.empty()) {
            return report_.problem_at("nodes", "no node is declared");
        }
        const auto voters = static_cast<std::size_t>(
            std::ranges::count_if(topology_.nodes, [](const auto& node) { return node.voter; }));
        const std::string count = std::to_string(voters);
        if (voters == 0) {
            report_.problem_at("nodes", "no node is a voter, so nothing can ever be decided");
        } else if (voters > cluster::voters_max) {
            report_.problem_at("nodes", count +
                                            " voters; at most 7, make the others observers "
                                            "with voter: false");
        } else if (voters == 1) {
            report_.warning_at("nodes", "one voter: nothing is decided while it is down; use 3");
        } else if (voters % 2 == 0) {
            report_.warning_at("nodes", count + " voters survive no more failures than " +
                                            std::to_string(voters - 1) + "; use an odd number");
        }
    }

    void check_witnesses() {
        for (std::size_t i = 0; i < topology_.nodes.size(); ++i) {
            const cluster::Node& node = topology_.nodes[i];
            const auto local = file_.local.find(node.id);
            if (local == file_.local.end() || !local->second.witness || node.voter) continue;
            report_.problem_at(origins_.nodes[i] + ".witness",
                               "node " + node.id.text +
                                   " is a witness without a vote: it would do nothing; take "
                                   "voter: false away");
        }
    }

    void check_names() {
        Taken nodes{report_};
        Taken groups{report_};
        Taken instances{report_};
        for (std::size_t i = 0; i < topology_.nodes.size(); ++i) {
            const std::string& name = topology_.nodes[i].id.text;
            if (!name.empty())
                nodes.claim("name " + name, origins_.nodes[i] + ".name", "another node");
        }
        for (std::size_t i = 0; i < topology_.groups.size(); ++i) {
            const cluster::Group& group = topology_.groups[i];
            const Origins::Group& origin = origins_.groups[i];
            if (group.id)
                groups.claim("name " + group.id.text, origin.key + ".name", "another group");
            for (std::size_t j = 0; j < group.instances.size(); ++j) {
                if (!group.id || !group.instances[j].node) continue;
                instances.claim("name " + group.instances[j].id.text, origin.instances[j] + ".name",
                                "an instance of group " + group.id.text);
            }
        }
    }

    void check_ports() {
        Taken ports{report_};
        for (std::size_t i = 0; i < topology_.nodes.size(); ++i) {
            const cluster::Node& node = topology_.nodes[i];
            const std::string& key = origins_.nodes[i];
            if (node.peer.host.empty()) continue;
            ports.claim(address(node.peer.host, node.peer.port), key + ".peer_port",
                        "peer_port of node " + node.id.text);
            ports.claim(address(node.api.host, node.api.port), key + ".api_port",
                        "api_port of node " + node.id.text);
        }
        for (std::size_t i = 0; i < topology_.groups.size(); ++i) {
            const cluster::Group& group = topology_.groups[i];
            for (std::size_t j = 0; j < group.instances.size(); ++j) {
                const cluster::Instance& instance = group.instances[j];
                if (instance.endpoint.host.empty() || instance.endpoint.port == 0) continue;
                ports.claim(address(instance.endpoint.host, instance.endpoint.port),
                            origins_.groups[i].instances[j] + ".port",
                            "instance " + instance.id.text);
            }
            claim_fronts(i, ports);
        }
    }

    void claim_fronts(std::size_t index, Taken& ports) {
        const cluster::Group& group = topology_.groups[index];
        const std::string key = origins_.groups[index].key + ".fronts";
        for (const cluster::Node& node : topology_.nodes) {
            const bool here =
                group.front_nodes.empty() ||
                std::ranges::find(group.front_nodes, node.id) != group.front_nodes.end();
            if (!here || node.peer.host.empty()) continue;
            const std::string who = " front of group " + group.id.text + " on node " + node.id.text;
            if (group.write_port != 0) {
                ports.claim(address(node.peer.host, group.write_port), key + ".write",
                            "the write" + who);
            }
            if (group.read_port != 0) {
                ports.claim(address(node.peer.host, group.read_port), key + ".read",
                            "the read" + who);
            }
        }
    }

    void check_directories() {
        Taken directories{report_};
        for (std::size_t i = 0; i < topology_.nodes.size(); ++i) {
            const cluster::Node& node = topology_.nodes[i];
            if (node.peer.host.empty()) continue;
            directories.claim(machine(node.peer.host) + ":" + origins_.node_data[i],
                              origins_.nodes[i] + ".data", "node " + node.id.text);
        }
        for (std::size_t i = 0; i < topology_.groups.size(); ++i) {
            const auto& instances = topology_.groups[i].instances;
            for (std::size_t j = 0; j < instances.size(); ++j) {
                if (instances[j].data.empty()) continue;
                directories.claim(machine(instances[j].endpoint.host) + ":" + instances[j].data,
                                  origins_.groups[i].instances[j] + ".data",
                                  "instance " + instances[j].id.text);
            }
        }
    }

    void check_group(std::size_t index) {
        const cluster::Group& group = topology_.groups[index];
        const Origins::Group& origin = origins_.groups[index];
        for (const NodeId& node : group.front_nodes) {
            require_node(node, origin.key + ".fronts.nodes");
            forbid_witness(node, origin.key + ".fronts.nodes", "front");
        }
        std::set<NodeId> used;
        for (std::size_t j = 0; j < group.instances.size(); ++j) {
            const NodeId& node = group.instances[j].node;
            if (!node) continue;
            require_node(node, origin.instances[j] + ".node");
            forbid_witness(node, origin.instances[j] + ".node", "server");
            if (!used.insert(node).second) {
                report_.problem_at(origin.instances[j] + ".node",
                                   "group " + group.id.text + " has two instances on node " +
                                       node.text + "; both would be lost together");
            }
        }
        if (group.instances.empty()) {
            report_.problem_at(origin.key + ".instances", "the group has no instances");
        } else if (group.instances.size() == 1) {
            report_.warning_at(origin.key, "group " + group.id.text +
                                               " has a single instance: nothing can take over");
        }
        check_durability(group, origin);
        check_exposure(group, origin);
    }

    void check_durability(const cluster::Group& group, const Origins::Group& origin) {
        if (group.durability != cluster::Durability::replicated || group.instances.empty()) return;
        const std::size_t standbys = group.instances.size() - 1;
        if (group.acknowledgements <= standbys) return;
        report_.problem_at(origin.key + ".acknowledgements",
                           std::to_string(group.acknowledgements) +
                               " standbys must confirm a write, but the group has only " +
                               std::to_string(standbys) + ": no write could ever be confirmed");
    }

    void check_exposure(const cluster::Group& group, const Origins::Group& origin) {
        if (!group.password_file.empty()) return;
        for (const cluster::Instance& instance : group.instances) {
            if (instance.endpoint.host.empty() || loopback(instance.endpoint.host)) continue;
            return report_.warning_at(
                origin.key, "group " + group.id.text + " has no password_file although " +
                                instance.endpoint.host + " can be reached from other machines");
        }
    }

    void forbid_witness(const NodeId& node, const std::string& key, const std::string& what) {
        const auto local = file_.local.find(node);
        if (local == file_.local.end() || !local->second.witness) return;
        report_.problem_at(key, "node " + node.text + " is a witness: it votes and runs no " +
                                    what + "; name another node, or take witness away there");
    }

    void require_node(const NodeId& node, const std::string& key) {
        if (topology_.find(node) != nullptr) return;
        report_.problem_at(
            key, "no node is named \"" + node.text + "\"" + did_you_mean(node.text, node_names_));
    }

    const ClusterFile& file_;
    const cluster::Topology& topology_;
    const Origins& origins_;
    Report& report_;
    std::vector<std::string> node_names_;
};

}  // namespace

void check_rules(const ClusterFile& file, const Origins& origins, Report& report) {
    Rules{file, origins, report}.check();
}

}  // namespace baton::config
