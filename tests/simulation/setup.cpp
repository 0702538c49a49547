#include "simulation/setup.hpp"

#include "simulation/declaration.hpp"

#include <string>

namespace baton::simulation {

namespace {

/// The first group has the ports that everybody knows.
std::uint16_t port_of(std::size_t number, std::uint16_t first, std::uint16_t more) {
    return number == 0 ? first : static_cast<std::uint16_t>(more + number);
}

/// Neighbours in number begin on neighbouring nodes.
cluster::Group group_of(const Setup& setup, std::size_t number,
                        const std::vector<cluster::Node>& nodes) {
    cluster::Group group = setup.group;
    group.id = GroupId{number == 0 ? "orders" : "orders-" + std::to_string(number)};
    group.write_port = port_of(number, 6380, 20'000);
    group.read_port = port_of(number, 6381, 30'000);
    const std::size_t copies = setup.copies == 0 ? nodes.size() : setup.copies;
    for (std::size_t i = 0; i < copies; ++i) {
        const cluster::Node& node = nodes[(number + i) % nodes.size()];
        group.instances.push_back(declared_instance(group.id, number, node.id));
    }
    return group;
}

}  // namespace

cluster::Topology topology_of(const Setup& setup) {
    cluster::Topology plan;
    plan.name = "simulated";
    if (setup.power != PowerSwitch::none) plan.settings.fencing.words = {"/sbin/power-off"};
    for (std::size_t i = 0; i < setup.nodes; ++i) {
        plan.nodes.push_back(declared_node(NodeId{std::string(1, static_cast<char>('a' + i))}));
    }
    for (std::size_t i = 0; i < setup.groups; ++i) {
        plan.groups.push_back(group_of(setup, i, plan.nodes));
    }
    return plan;
}

}  // namespace baton::simulation
