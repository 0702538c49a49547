#include "wire/convert.hpp"

#include <iterator>
#include <set>

namespace baton::wire {
namespace {

// Overloads of this file must not hide the shared ones.
using wire::from_proto;
using wire::to_proto;

constexpr EnumTable<cluster::Phase, proto::Phase, 6> phases{{
    {cluster::Phase::vacant, proto::PHASE_VACANT},
    {cluster::Phase::fencing, proto::PHASE_FENCING},
    {cluster::Phase::promoting, proto::PHASE_PROMOTING},
    {cluster::Phase::repairing, proto::PHASE_REPAIRING},
    {cluster::Phase::steady, proto::PHASE_STEADY},
    {cluster::Phase::handing_over, proto::PHASE_HANDING_OVER},
}};

proto::Decision to_proto(const cluster::Decision& value) {
    proto::Decision bytes;
    bytes.set_index(value.index.value);
    bytes.set_epoch(value.epoch.value);
    bytes.set_phase(number_of(phases, value.phase));
    bytes.set_rule(value.rule);
    bytes.set_why(value.why);
    bytes.set_inputs(value.inputs);
    bytes.set_wall_milliseconds(value.wall_milliseconds);
    return bytes;
}

Result<cluster::Decision> from_proto(const proto::Decision& bytes) {
    cluster::Decision value;
    value.index = LogIndex{bytes.index()};
    value.epoch = Epoch{bytes.epoch()};
    BATON_TRY(value.phase, value_of(phases, bytes.phase(), "phase"));
    value.rule = bytes.rule();
    value.why = bytes.why();
    value.inputs = bytes.inputs();
    value.wall_milliseconds = bytes.wall_milliseconds();
    return value;
}

proto::PendingRequest to_proto(const cluster::PendingRequest& value) {
    proto::PendingRequest bytes;
    bytes.set_kind(to_proto(value.kind));
    bytes.set_target(value.target.text);
    bytes.set_accept_loss(value.accept_loss);
    bytes.set_by(value.by);
    bytes.set_reason(value.reason);
    return bytes;
}

Result<cluster::PendingRequest> from_proto(const proto::PendingRequest& bytes) {
    cluster::PendingRequest value;
    BATON_TRY(value.kind, from_proto(bytes.kind()));
    value.target = InstanceId{bytes.target()};
    value.accept_loss = bytes.accept_loss();
    value.by = bytes.by();
    value.reason = bytes.reason();
    return value;
}

proto::Lineage to_proto(const cluster::Lineage& value) {
    proto::Lineage bytes;
    bytes.set_replication_id(value.replication_id);
    bytes.set_offset(value.offset);
    bytes.set_former_id(value.former.replication_id);
    bytes.set_former_from(value.former.from);
    bytes.set_former_until(value.former.until);
    return bytes;
}

cluster::Lineage from_proto(const proto::Lineage& bytes) {
    return {bytes.replication_id(),
            bytes.offset(),
            {bytes.former_id(), bytes.former_from(), bytes.former_until()}};
}

proto::GroupState to_proto(const cluster::GroupState& value) {
    proto::GroupState bytes;
    *bytes.mutable_declared() = to_proto(value.declared);
    bytes.set_phase(number_of(phases, value.phase));
    bytes.set_epoch(value.epoch.value);
    bytes.set_primary(value.primary.text);
    bytes.set_primary_run_id(value.primary_run_id);
    bytes.set_revoked(value.revoked);
    *bytes.mutable_revocation() = to_proto(value.revocation);
    *bytes.mutable_lineage() = to_proto(value.lineage);
    bytes.set_successor(value.successor.text);
    *bytes.mutable_request() = to_proto(value.request);
    bytes.set_paused(value.paused);
    bytes.set_last_failover_wall_milliseconds(value.last_failover_wall_milliseconds);
    for (const auto& [instance, holder] : value.holders) {
        proto::Holder& held = *bytes.add_holders();
        held.set_instance(instance.text);
        held.set_run_id(holder.run_id);
        held.set_noted(holder.noted.value);
        if (holder.reach) held.set_reach(*holder.reach);
    }
    *bytes.mutable_loss() = to_proto(value.loss);
    for (const auto& [instance, fallen] : value.fallen) {
        *bytes.add_fallen() = to_proto(instance, fallen);
    }
    for (const cluster::Decision& decision : value.decisions) {
        *bytes.add_decisions() = to_proto(decision);
    }
    return bytes;
}

Result<cluster::GroupState> from_proto(const proto::GroupState& bytes) {
    cluster::GroupState value;
    BATON_TRY(value.declared, from_proto(bytes.declared()));
    BATON_TRY(value.phase, value_of(phases, bytes.phase(), "phase"));
    value.epoch = Epoch{bytes.epoch()};
    value.primary = InstanceId{bytes.primary()};
    value.primary_run_id = bytes.primary_run_id();
    value.revoked = bytes.revoked();
    BATON_TRY(value.revocation, from_proto(bytes.revocation()));
    value.lineage = from_proto(bytes.lineage());
    value.successor = InstanceId{bytes.successor()};
    BATON_TRY(value.request, from_proto(bytes.request()));
    value.paused = bytes.paused();
    value.last_failover_wall_milliseconds = bytes.last_failover_wall_milliseconds();
    for (const proto::Holder& held : bytes.holders()) {
        cluster::Holder holder{held.run_id(), LogIndex{held.noted()}, std::nullopt};
        if (held.has_reach()) holder.reach = held.reach();
        value.holders[InstanceId{held.instance()}] = std::move(holder);
    }
    if (bytes.has_loss()) {
        BATON_TRY(value.loss, from_proto(bytes.loss()));
    }
    for (const proto::Fallen& fallen : bytes.fallen()) {
        value.fallen[InstanceId{fallen.instance()}] = from_proto(fallen);
    }
    for (const proto::Decision& decision : bytes.decisions()) {
        BATON_TRY(auto converted, from_proto(decision));
        value.decisions.push_back(std::move(converted));
    }
    return value;
}

proto::NodeState to_proto(const cluster::NodeState& value) {
    proto::NodeState bytes;
    *bytes.mutable_declared() = to_proto(value.declared);
    bytes.set_incarnation(value.incarnation.value);
    bytes.set_fencing(to_proto(value.fencing));
    bytes.set_replacing(value.replacing.value);
    bytes.set_duty(to_proto(value.duty));
    bytes.set_duty_by(value.duty_by);
    bytes.set_cut_off(value.cut_off.value);
    return bytes;
}

Result<cluster::NodeState> from_proto(const proto::NodeState& bytes) {
    cluster::NodeState value;
    BATON_TRY(value.declared, from_proto(bytes.declared()));
    value.incarnation = Incarnation{bytes.incarnation()};
    BATON_TRY(value.fencing, from_proto(bytes.fencing()));
    value.replacing = Incarnation{bytes.replacing()};
    BATON_TRY(value.duty, from_proto(bytes.duty()));
    value.duty_by = bytes.duty_by();
    value.cut_off = LogIndex{bytes.cut_off()};
    return value;
}

/// Keyed lists hold no key twice: two states for one group mean damage.
template <typename Map, typename Repeated>
Result<Map> map_from_proto(const Repeated& bytes, const char* noun) {
    std::vector<typename Map::value_type> values;
    std::set<std::string> keys;
    for (const auto& keyed : bytes) {
        BATON_TRY(auto value, from_proto(keyed.state()));
        if (!keys.insert(keyed.key()).second) {
            return invalid(std::string{noun} + " \"" + keyed.key() + "\" is listed twice");
        }
        values.emplace_back(typename Map::key_type{keyed.key()}, std::move(value));
    }
    return Map(std::make_move_iterator(values.begin()), std::make_move_iterator(values.end()));
}

}  // namespace

proto::State to_proto(const cluster::State& value) {
    proto::State bytes;
    bytes.set_id(value.id.text);
    bytes.set_name(value.name);
    *bytes.mutable_settings() = to_proto(value.settings);
    bytes.set_cluster_version(value.cluster_version);
    for (const auto& [key, node] : value.nodes) {
        proto::KeyedNode& keyed = *bytes.add_nodes();
        keyed.set_key(key.text);
        *keyed.mutable_state() = to_proto(node);
    }
    for (const auto& [key, group] : value.groups) {
        proto::KeyedGroup& keyed = *bytes.add_groups();
        keyed.set_key(key.text);
        *keyed.mutable_state() = to_proto(group);
    }
    return bytes;
}

Result<cluster::State> from_proto(const proto::State& bytes) {
    cluster::State value;
    value.id = ClusterId{bytes.id()};
    value.name = bytes.name();
    BATON_TRY(value.settings, from_proto(bytes.settings()));
    value.cluster_version = bytes.cluster_version();
    BATON_TRY(value.nodes, map_from_proto<decltype(value.nodes)>(bytes.nodes(), "node"));
    BATON_TRY(value.groups, map_from_proto<decltype(value.groups)>(bytes.groups(), "group"));
    return value;
}

}  // namespace baton::wire
