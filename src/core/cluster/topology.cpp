#include "core/cluster/topology.hpp"

#include <algorithm>

namespace baton::cluster {

namespace {

template <typename Things, typename Predicate>
auto* first_where(const Things& things, Predicate predicate) {
    const auto found = std::ranges::find_if(things, predicate);
    return found == things.end() ? nullptr : &*found;
}

}  // namespace

const Instance* Group::find(const InstanceId& instance) const {
    return first_where(instances, [&](const Instance& each) { return each.id == instance; });
}

const Instance* Group::on(const NodeId& node) const {
    return first_where(instances, [&](const Instance& each) { return each.node == node; });
}

bool Group::fronted_on(const NodeId& node) const {
    const bool here =
        front_nodes.empty() || std::ranges::find(front_nodes, node) != front_nodes.end();
    return here && (write_port != 0 || read_port != 0);
}

const Node* Topology::find(const NodeId& node) const {
    return first_where(nodes, [&](const Node& each) { return each.id == node; });
}

const Group* Topology::find(const GroupId& group) const {
    return first_where(groups, [&](const Group& each) { return each.id == group; });
}

}  // namespace baton::cluster
