#include "simulation/declaration.hpp"

#include "config/topology_json.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace baton::simulation {

namespace {

using Json = nlohmann::json;

constexpr std::uint16_t peer_port = 7000;
constexpr std::uint16_t api_port = 8000;
constexpr std::uint16_t first_server_port = 6379;
constexpr std::uint16_t more_server_ports = 10'000;
constexpr std::uint16_t more_write_ports = 20'000;
constexpr std::uint16_t more_read_ports = 30'000;
/// Added groups keep clear of those that a run begins with.
constexpr std::size_t added_from = 500;
constexpr const char* added_prefix = "added-";

Json endpoint_of(const std::string& address) {
    const std::size_t colon = address.rfind(':');
    return {{"host", address.substr(0, colon)},
            {"port", static_cast<unsigned>(std::stoul(address.substr(colon + 1)))}};
}

Json instance_json(const cluster::Instance& instance) {
    return {{"id", instance.id.text},         {"node", instance.node.text},
            {"host", instance.endpoint.host}, {"port", unsigned{instance.endpoint.port}},
            {"data", instance.data},          {"run_as", instance.run_as},
            {"priority", instance.priority},  {"noloadbalance", false}};
}

std::size_t place_of(const Json& instances, const NodeId& node) {
    const auto found = std::find_if(instances.begin(), instances.end(),
                                    [&](const Json& each) { return each.at("node") == node.text; });
    return static_cast<std::size_t>(found - instances.begin());
}

bool add_group(Json& topology, std::size_t number) {
    const std::string name = added_prefix + std::to_string(number);
    Json& groups = topology.at("groups");
    const bool known = std::any_of(groups.begin(), groups.end(),
                                   [&](const Json& each) { return each.at("name") == name; });
    if (known) return false;
    Json group = groups.front();
    const std::size_t place = added_from + number;
    group["name"] = name;
    group["durability"] = "async";
    group["acknowledgements"] = 1;
    group["write_port"] = more_write_ports + place;
    group["read_port"] = more_read_ports + place;
    group["instances"] = Json::array();
    for (const Json& node : topology.at("nodes")) {
        const NodeId at{node.at("name").get<std::string>()};
        if (group.at("instances").size() < 3) {
            group["instances"].push_back(
                instance_json(declared_instance(GroupId{name}, place, at)));
        }
    }
    groups.push_back(std::move(group));
    return true;
}

bool remove_group(Json& topology) {
    Json& groups = topology.at("groups");
    const std::string last = groups.back().at("name").get<std::string>();
    if (!last.starts_with(added_prefix)) return false;
    groups.erase(groups.size() - 1);
    return true;
}

bool add_instance(Json& topology, const NodeId& node) {
    Json& group = topology.at("groups").front();
    Json& instances = group.at("instances");
    const Json& nodes = topology.at("nodes");
    const bool exists = std::any_of(nodes.begin(), nodes.end(),
                                    [&](const Json& each) { return each.at("name") == node.text; });
    if (!exists || place_of(instances, node) < instances.size()) return false;
    const GroupId id{group.at("name").get<std::string>()};
    instances.push_back(instance_json(declared_instance(id, 0, node)));
    return true;
}

bool remove_instance(Json& group, const NodeId& node) {
    Json& instances = group.at("instances");
    const std::size_t place = place_of(instances, node);
    if (place == instances.size() || instances.size() < 2) return false;
    instances.erase(place);
    return true;
}

template <typename Value>
bool set(Json& where, const char* key, const Value& value) {
    if (where.at(key) == value) return false;
    where[key] = value;
    return true;
}

template <typename Value>
bool set_on(Json& group, const NodeId& node, const char* key, const Value& value) {
    Json& instances = group.at("instances");
    const std::size_t place = place_of(instances, node);
    return place < instances.size() && set(instances.at(place), key, value);
}

}  // namespace

Json as_topology(Json config) {
    config.erase("settings");
    for (Json& node : config.at("nodes")) {
        for (const char* const key : {"peer", "api"}) {
            node[key] = endpoint_of(node.at(key).get<std::string>());
        }
    }
    return config;
}

bool change(Json& topology, const Fault& wish) {
    Json& first = topology.at("groups").front();
    switch (wish.change) {
        case Change::none: return false;
        case Change::add_group: return add_group(topology, wish.number);
        case Change::remove_group: return remove_group(topology);
        case Change::add_instance: return add_instance(topology, wish.node);
        case Change::remove_instance: return remove_instance(first, wish.node);
        case Change::durability:
            return set(first, "durability", wish.number == 0 ? "async" : "replicated");
        case Change::acknowledgements: return set(first, "acknowledgements", wish.number);
        case Change::priority: return set_on(first, wish.node, "priority", wish.number);
        case Change::load_balance:
            return set_on(first, wish.node, "noloadbalance", wish.number == 0);
        case Change::lease: return set(topology, "lease_ms", wish.number);
    }
    return false;
}

void clear_node(Json& topology, const NodeId& node) {
    for (Json& group : topology.at("groups")) {
        Json& instances = group.at("instances");
        const std::size_t place = place_of(instances, node);
        if (place < instances.size()) instances.erase(place);
    }
}

cluster::Node declared_node(const NodeId& name) {
    cluster::Node node;
    node.id = name;
    node.peer = {"host-" + name.text, peer_port};
    node.api = {"host-" + name.text, api_port};
    return node;
}

cluster::Instance declared_instance(const GroupId& group, std::size_t number, const NodeId& node) {
    cluster::Instance instance;
    instance.id = InstanceId{group.text + "-" + node.text};
    instance.node = node;
    const std::size_t port = number == 0 ? first_server_port : more_server_ports + number;
    instance.endpoint = {"host-" + node.text, static_cast<std::uint16_t>(port)};
    instance.data = "/data/" + instance.id.text;
    return instance;
}

}  // namespace baton::simulation
