#include "core/cluster/state.hpp"

namespace baton::cluster {

namespace {

/// FNV-1a over a fixed field order, with lengths, so that neighbouring fields
/// cannot be confused.
class Fnv {
public:
    Fnv& operator<<(std::uint64_t number) {
        for (int byte = 0; byte < 8; ++byte) mix(static_cast<unsigned char>(number >> (8 * byte)));
        return *this;
    }
    Fnv& operator<<(const std::string& text) {
        *this << text.size();
        for (const char letter : text) mix(static_cast<unsigned char>(letter));
        return *this;
    }
    [[nodiscard]] std::uint64_t value() const { return value_; }

private:
    void mix(unsigned char byte) {
        value_ ^= byte;
        value_ *= 1099511628211ULL;
    }
    std::uint64_t value_ = 14695981039346656037ULL;
};

void add(Fnv& sum, const Endpoint& endpoint) {
    sum << endpoint.host << std::uint64_t{endpoint.port};
}

void add(Fnv& sum, Duration duration) {
    sum << static_cast<std::uint64_t>(duration.count());
}

void add(Fnv& sum, const Node& node) {
    sum << node.id.text;
    add(sum, node.peer);
    add(sum, node.api);
    sum << std::uint64_t{node.voter};
}

void add(Fnv& sum, const Instance& instance) {
    sum << instance.id.text << instance.node.text;
    add(sum, instance.endpoint);
    sum << instance.data << instance.run_as << std::uint64_t{instance.priority}
        << std::uint64_t{instance.serves_reads};
}

void add(Fnv& sum, const Group& group) {
    sum << group.id.text << static_cast<std::uint64_t>(group.kind)
        << static_cast<std::uint64_t>(group.durability) << std::uint64_t{group.acknowledgements}
        << static_cast<std::uint64_t>(group.on_quorum_loss) << group.instances.size();
    for (const Instance& instance : group.instances) add(sum, instance);
    sum << std::uint64_t{group.write_port} << std::uint64_t{group.read_port}
        << group.front_nodes.size();
    for (const NodeId& node : group.front_nodes) sum << node.text;
    sum << group.server_binary << group.server_arguments.size();
    for (const std::string& argument : group.server_arguments) sum << argument;
    sum << group.password_file << std::uint64_t{group.tls.enabled} << group.tls.ca_file
        << group.tls.cert_file << group.tls.key_file;
    for (const Duration duration :
         {group.frozen_after, group.busy_after, group.switchover_timeout, group.failover_block}) {
        add(sum, duration);
    }
    sum << std::uint64_t{group.quarantine.keep} << group.quarantine.bytes;
    sum << group.hooks.on_role_change.size();
    for (const std::string& word : group.hooks.on_role_change) sum << word;
    add(sum, group.hooks.timeout);
}

void add(Fnv& sum, const Loss& loss) {
    sum << loss.epoch.value << loss.from.text << loss.to.text
        << static_cast<std::uint64_t>(loss.promise) << loss.promoted << loss.abandoned
        << std::uint64_t{loss.heard.has_value()} << loss.heard.value_or(0);
    add(sum, loss.age);
    sum << loss.bytes_per_second << std::uint64_t{loss.window.has_value()};
    add(sum, loss.window.value_or(Duration{0}));
}

void add(Fnv& sum, const std::map<InstanceId, Fallen>& fallen) {
    sum << fallen.size();
    for (const auto& [instance, each] : fallen) {
        sum << instance.text << each.epoch.value << each.run_id << each.replication_id << each.until
            << each.bytes_known << each.bytes_likely;
    }
}

void add(Fnv& sum, const GroupState& group) {
    add(sum, group.declared);
    sum << static_cast<std::uint64_t>(group.phase) << group.epoch.value << group.primary.text
        << group.primary_run_id << std::uint64_t{group.revoked} << group.revocation.index.value
        << group.revocation.term.value << group.lineage.replication_id << group.lineage.offset
        << group.lineage.former.replication_id << group.lineage.former.from
        << group.lineage.former.until << group.successor.text
        << static_cast<std::uint64_t>(group.request.kind) << group.request.target.text
        << std::uint64_t{group.request.accept_loss} << group.request.by << group.request.reason
        << std::uint64_t{group.paused}
        << static_cast<std::uint64_t>(group.last_failover_wall_milliseconds)
        << group.holders.size();
    for (const auto& [instance, holder] : group.holders) {
        sum << instance.text << holder.run_id << holder.noted.value
            << std::uint64_t{holder.reach.has_value()} << holder.reach.value_or(0);
    }
    add(sum, group.loss);
    add(sum, group.fallen);
    for (const Decision& decision : group.decisions) {
        sum << decision.index.value << decision.epoch.value
            << static_cast<std::uint64_t>(decision.phase) << decision.rule << decision.why
            << decision.inputs << static_cast<std::uint64_t>(decision.wall_milliseconds);
    }
}

void add(Fnv& sum, const Settings& settings) {
    add(sum, settings.lease);
    sum << settings.fencing.words.size();
    for (const std::string& word : settings.fencing.words) sum << word;
    add(sum, settings.fencing.timeout);
}

}  // namespace

std::uint64_t digest(const Topology& topology) {
    Fnv sum;
    sum << topology.name;
    add(sum, topology.settings);
    sum << topology.nodes.size();
    for (const Node& node : topology.nodes) add(sum, node);
    sum << topology.groups.size();
    for (const Group& group : topology.groups) add(sum, group);
    return sum.value() == 0 ? 1 : sum.value();
}

std::uint64_t digest(const State& state) {
    Fnv sum;
    sum << state.id.text << state.name;
    add(sum, state.settings);
    sum << std::uint64_t{state.cluster_version};
    for (const auto& [id, node] : state.nodes) {
        sum << id.text;
        add(sum, node.declared);
        sum << node.incarnation.value << static_cast<std::uint64_t>(node.fencing)
            << node.replacing.value << static_cast<std::uint64_t>(node.duty) << node.duty_by
            << node.cut_off.value;
    }
    for (const auto& [id, group] : state.groups) {
        sum << id.text;
        add(sum, group);
    }
    return sum.value();
}

}  // namespace baton::cluster
