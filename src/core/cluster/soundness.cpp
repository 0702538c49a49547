#include "core/cluster/difference.hpp"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

namespace baton::cluster {

namespace {

constexpr std::size_t name_length_max = 63;

Result<void> check_name(const std::string& what, const std::string& name) {
    const bool plain = std::ranges::all_of(name, [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
               (letter >= '0' && letter <= '9') || letter == '-' || letter == '_' || letter == '.';
    });
    if (!name.empty() && name.size() <= name_length_max && plain) return success();
    return invalid(what + " name \"" + (plain ? name : std::string{"?"}) +
                   "\": use 1 to 63 letters, digits, '-', '_' or '.'");
}

/// Every door on a node, so that no two servers are told to listen on one.
class Doors {
public:
    Result<void> take(const NodeId& node, std::uint16_t port, const std::string& whose) {
        const auto [place, fresh] = taken_.try_emplace({node, port}, whose);
        if (fresh) return success();
        return invalid("port " + std::to_string(port) + " on node '" + node.text +
                       "' is declared twice: for " + place->second + " and for " + whose);
    }

private:
    std::map<std::pair<NodeId, std::uint16_t>, std::string> taken_;
};

Result<void> check_instances(const Topology& topology, const Group& group,
                             std::set<InstanceId>& known, Doors& doors) {
    const std::string whose = "group '" + group.id.text + "'";
    if (group.instances.empty()) return invalid(whose + " has no instance");
    std::set<NodeId> nodes;
    for (const Instance& instance : group.instances) {
        const std::string name = "instance '" + instance.id.text + "'";
        BATON_TRY(check_name("instance", instance.id.text));
        if (!known.insert(instance.id).second) return invalid(name + " is declared twice");
        if (topology.find(instance.node) == nullptr) {
            return invalid(name + " is on node '" + instance.node.text +
                           "', which is not declared");
        }
        if (!nodes.insert(instance.node).second) {
            return invalid(whose + " has two instances on node '" + instance.node.text + "'");
        }
        if (instance.endpoint.port == 0 || instance.endpoint.host.empty()) {
            return invalid(name + " has no address and port");
        }
        if (!instance.data.starts_with('/')) {
            return invalid(name + ": the data directory must be an absolute path");
        }
        BATON_TRY(doors.take(instance.node, instance.endpoint.port, name));
    }
    return success();
}

Result<void> check_durability(const Group& group) {
    const std::uint64_t standbys = group.instances.size() - 1;
    if (group.acknowledgements == 0) {
        return invalid("group '" + group.id.text + "': acknowledgements must be at least 1");
    }
    if (group.durability != Durability::replicated || group.acknowledgements <= standbys) {
        return success();
    }
    return invalid("group '" + group.id.text + "' is replicated with " +
                   std::to_string(group.acknowledgements) + " acknowledgements, but has only " +
                   std::to_string(standbys) + " standbys: no write could ever be confirmed");
}

Result<void> check_front(const Topology& topology, const Group& group, Doors& doors) {
    const std::string whose = "group '" + group.id.text + "'";
    for (const NodeId& node : group.front_nodes) {
        if (topology.find(node) == nullptr) {
            return invalid(whose + " has a front on node '" + node.text +
                           "', which is not declared");
        }
    }
    for (const Node& node : topology.nodes) {
        const auto& fronts = group.front_nodes;
        if (!fronts.empty() && std::ranges::find(fronts, node.id) == fronts.end()) continue;
        for (const auto& [port, name] : {std::pair{group.write_port, "the write port of "},
                                         {group.read_port, "the read port of "}}) {
            if (port == 0) continue;
            BATON_TRY(doors.take(node.id, port, name + whose));
        }
    }
    return success();
}

}  // namespace

Result<void> check_soundness(const Topology& topology) {
    Doors doors;
    std::set<NodeId> nodes;
    for (const Node& node : topology.nodes) {
        BATON_TRY(check_name("node", node.id.text));
        if (!nodes.insert(node.id).second) {
            return invalid("node '" + node.id.text + "' is declared twice");
        }
        BATON_TRY(doors.take(node.id, node.peer.port, "the agent's peers"));
        BATON_TRY(doors.take(node.id, node.api.port, "the agent's API"));
    }
    std::set<GroupId> groups;
    std::set<InstanceId> instances;
    for (const Group& group : topology.groups) {
        BATON_TRY(check_name("group", group.id.text));
        if (!groups.insert(group.id).second) {
            return invalid("group '" + group.id.text + "' is declared twice");
        }
        BATON_TRY(check_instances(topology, group, instances, doors));
        BATON_TRY(check_durability(group));
        BATON_TRY(check_front(topology, group, doors));
    }
    return success();
}

}  // namespace baton::cluster
