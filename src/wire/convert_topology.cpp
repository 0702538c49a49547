#include "wire/convert.hpp"

#include <limits>

namespace baton::wire {
namespace {

// Overloads of this file must not hide the shared ones.
using wire::from_proto;
using wire::to_proto;

constexpr EnumTable<cluster::Kind, proto::Kind, 1> kinds{{
    {cluster::Kind::redis, proto::KIND_REDIS},
}};
constexpr EnumTable<cluster::Durability, proto::Durability, 2> durabilities{{
    {cluster::Durability::async, proto::DURABILITY_ASYNC},
    {cluster::Durability::replicated, proto::DURABILITY_REPLICATED},
}};
constexpr EnumTable<cluster::QuorumLoss, proto::QuorumLoss, 1> quorum_losses{{
    {cluster::QuorumLoss::stop, proto::QUORUM_LOSS_STOP},
}};

Result<std::uint16_t> port_from(std::uint32_t number) {
    if (number > std::numeric_limits<std::uint16_t>::max()) {
        return invalid("port " + std::to_string(number) + " does not exist");
    }
    return static_cast<std::uint16_t>(number);
}

proto::Instance to_proto(const cluster::Instance& value) {
    proto::Instance bytes;
    bytes.set_id(value.id.text);
    bytes.set_node(value.node.text);
    *bytes.mutable_endpoint() = to_proto(value.endpoint);
    bytes.set_data(value.data);
    bytes.set_run_as(value.run_as);
    bytes.set_priority(value.priority);
    bytes.set_noloadbalance(!value.serves_reads);
    return bytes;
}

Result<cluster::Instance> from_proto(const proto::Instance& bytes) {
    cluster::Instance value;
    value.id = InstanceId{bytes.id()};
    value.node = NodeId{bytes.node()};
    BATON_TRY(value.endpoint, from_proto(bytes.endpoint()));
    value.data = bytes.data();
    value.run_as = bytes.run_as();
    value.priority = bytes.priority();
    value.serves_reads = !bytes.noloadbalance();
    return value;
}

proto::ServerTls to_proto(const cluster::ServerTls& value) {
    proto::ServerTls bytes;
    bytes.set_enabled(value.enabled);
    bytes.set_ca_file(value.ca_file);
    bytes.set_cert_file(value.cert_file);
    bytes.set_key_file(value.key_file);
    return bytes;
}

cluster::ServerTls from_proto(const proto::ServerTls& bytes) {
    return {.enabled = bytes.enabled(),
            .ca_file = bytes.ca_file(),
            .cert_file = bytes.cert_file(),
            .key_file = bytes.key_file()};
}

}  // namespace

proto::Endpoint to_proto(const cluster::Endpoint& value) {
    proto::Endpoint bytes;
    bytes.set_host(value.host);
    bytes.set_port(value.port);
    return bytes;
}

Result<cluster::Endpoint> from_proto(const proto::Endpoint& bytes) {
    cluster::Endpoint value;
    value.host = bytes.host();
    BATON_TRY(value.port, port_from(bytes.port()));
    return value;
}

proto::Node to_proto(const cluster::Node& value) {
    proto::Node bytes;
    bytes.set_id(value.id.text);
    *bytes.mutable_peer() = to_proto(value.peer);
    *bytes.mutable_api() = to_proto(value.api);
    bytes.set_voter(value.voter);
    return bytes;
}

Result<cluster::Node> from_proto(const proto::Node& bytes) {
    cluster::Node value;
    value.id = NodeId{bytes.id()};
    BATON_TRY(value.peer, from_proto(bytes.peer()));
    BATON_TRY(value.api, from_proto(bytes.api()));
    value.voter = bytes.voter();
    return value;
}

proto::Group to_proto(const cluster::Group& value) {
    proto::Group bytes;
    bytes.set_id(value.id.text);
    bytes.set_kind(number_of(kinds, value.kind));
    bytes.set_durability(number_of(durabilities, value.durability));
    bytes.set_acknowledgements(value.acknowledgements);
    bytes.set_on_quorum_loss(number_of(quorum_losses, value.on_quorum_loss));
    for (const cluster::Instance& instance : value.instances) {
        *bytes.add_instances() = to_proto(instance);
    }
    bytes.set_write_port(value.write_port);
    bytes.set_read_port(value.read_port);
    for (const NodeId& node : value.front_nodes) {
        bytes.add_front_nodes(node.text);
    }
    bytes.set_server_binary(value.server_binary);
    for (const std::string& argument : value.server_arguments) {
        bytes.add_server_arguments(argument);
    }
    bytes.set_password_file(value.password_file);
    *bytes.mutable_tls() = to_proto(value.tls);
    bytes.set_frozen_after_nanoseconds(value.frozen_after.count());
    bytes.set_busy_after_nanoseconds(value.busy_after.count());
    bytes.set_switchover_timeout_nanoseconds(value.switchover_timeout.count());
    bytes.set_failover_block_nanoseconds(value.failover_block.count());
    bytes.set_quarantine_keep(value.quarantine.keep);
    bytes.set_quarantine_bytes(value.quarantine.bytes);
    for (const std::string& word : value.hooks.on_role_change) bytes.add_on_role_change(word);
    bytes.set_hook_timeout_nanoseconds(value.hooks.timeout.count());
    return bytes;
}

Result<cluster::Group> from_proto(const proto::Group& bytes) {
    cluster::Group value;
    value.id = GroupId{bytes.id()};
    BATON_TRY(value.kind, value_of(kinds, bytes.kind(), "group kind"));
    BATON_TRY(value.durability, value_of(durabilities, bytes.durability(), "durability"));
    value.acknowledgements = bytes.acknowledgements();
    BATON_TRY(value.on_quorum_loss,
              value_of(quorum_losses, bytes.on_quorum_loss(), "on_quorum_loss"));
    for (const proto::Instance& instance : bytes.instances()) {
        BATON_TRY(auto converted, from_proto(instance));
        value.instances.push_back(std::move(converted));
    }
    BATON_TRY(value.write_port, port_from(bytes.write_port()));
    BATON_TRY(value.read_port, port_from(bytes.read_port()));
    for (const std::string& node : bytes.front_nodes()) {
        value.front_nodes.emplace_back(node);
    }
    value.server_binary = bytes.server_binary();
    value.server_arguments = {bytes.server_arguments().begin(), bytes.server_arguments().end()};
    value.password_file = bytes.password_file();
    value.tls = from_proto(bytes.tls());
    value.frozen_after = Duration{bytes.frozen_after_nanoseconds()};
    value.busy_after = Duration{bytes.busy_after_nanoseconds()};
    value.switchover_timeout = Duration{bytes.switchover_timeout_nanoseconds()};
    value.failover_block = Duration{bytes.failover_block_nanoseconds()};
    if (bytes.has_quarantine_keep()) value.quarantine.keep = bytes.quarantine_keep();
    if (bytes.has_quarantine_bytes()) value.quarantine.bytes = bytes.quarantine_bytes();
    value.hooks.on_role_change = {bytes.on_role_change().begin(), bytes.on_role_change().end()};
    if (bytes.hook_timeout_nanoseconds() != 0) {
        value.hooks.timeout = Duration{bytes.hook_timeout_nanoseconds()};
    }
    return value;
}

proto::Settings to_proto(const cluster::Settings& value) {
    proto::Settings bytes;
    bytes.set_lease_nanoseconds(value.lease.count());
    for (const std::string& word : value.fencing.words) bytes.add_fencing_command(word);
    bytes.set_fencing_timeout_nanoseconds(value.fencing.timeout.count());
    return bytes;
}

Result<cluster::Settings> from_proto(const proto::Settings& bytes) {
    if (bytes.lease_nanoseconds() <= 0) {
        return invalid("a lease must be longer than 0");
    }
    cluster::Settings value;
    value.lease = Duration{bytes.lease_nanoseconds()};
    value.fencing.words = {bytes.fencing_command().begin(), bytes.fencing_command().end()};
    if (bytes.fencing_timeout_nanoseconds() != 0) {
        value.fencing.timeout = Duration{bytes.fencing_timeout_nanoseconds()};
    }
    return value;
}

proto::Topology to_proto(const cluster::Topology& value) {
    proto::Topology bytes;
    bytes.set_name(value.name);
    *bytes.mutable_settings() = to_proto(value.settings);
    for (const cluster::Node& node : value.nodes) {
        *bytes.add_nodes() = to_proto(node);
    }
    for (const cluster::Group& group : value.groups) {
        *bytes.add_groups() = to_proto(group);
    }
    return bytes;
}

Result<cluster::Topology> from_proto(const proto::Topology& bytes) {
    cluster::Topology value;
    value.name = bytes.name();
    BATON_TRY(value.settings, from_proto(bytes.settings()));
    BATON_TRY(value.nodes, list_from_proto<cluster::Node>(bytes.nodes()));
    BATON_TRY(value.groups, list_from_proto<cluster::Group>(bytes.groups()));
    return value;
}

}  // namespace baton::wire
