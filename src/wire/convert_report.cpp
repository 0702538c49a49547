#include "wire/convert.hpp"

namespace baton::wire {
namespace {

// Overloads of this file must not hide the shared ones.
using wire::from_proto;
using wire::to_proto;

constexpr EnumTable<cluster::ServerRole, proto::ServerRole, 3> server_roles{{
    {cluster::ServerRole::unknown, proto::SERVER_ROLE_UNKNOWN},
    {cluster::ServerRole::primary, proto::SERVER_ROLE_PRIMARY},
    {cluster::ServerRole::standby, proto::SERVER_ROLE_STANDBY},
}};
constexpr EnumTable<cluster::ProcessState, proto::ProcessState, 4> process_states{{
    {cluster::ProcessState::absent, proto::PROCESS_STATE_ABSENT},
    {cluster::ProcessState::running, proto::PROCESS_STATE_RUNNING},
    {cluster::ProcessState::busy, proto::PROCESS_STATE_BUSY},
    {cluster::ProcessState::frozen, proto::PROCESS_STATE_FROZEN},
}};
constexpr EnumTable<cluster::Liveness, proto::Liveness, 4> livenesses{{
    {cluster::Liveness::unheard, proto::LIVENESS_UNHEARD},
    {cluster::Liveness::alive, proto::LIVENESS_ALIVE},
    {cluster::Liveness::suspect, proto::LIVENESS_SUSPECT},
    {cluster::Liveness::failed, proto::LIVENESS_FAILED},
}};

proto::InstanceReport to_proto(const cluster::InstanceReport& value) {
    proto::InstanceReport bytes;
    bytes.set_instance(value.instance.text);
    bytes.set_process(number_of(process_states, value.process));
    bytes.set_pid(value.pid);
    bytes.set_role(number_of(server_roles, value.role));
    bytes.set_following(value.following.text);
    bytes.set_link_up(value.link_up);
    bytes.set_loading(value.loading);
    bytes.set_run_id(value.run_id);
    bytes.set_replication_id(value.replication_id);
    bytes.set_replication_id2(value.replication_id2);
    bytes.set_offset2(value.offset2);
    bytes.set_offset(value.offset);
    bytes.set_keys(value.keys);
    bytes.set_full_syncs(value.full_syncs);
    bytes.set_cannot_save(value.cannot_save);
    bytes.set_asked_at(value.asked_at.value);
    bytes.set_backlog_bytes(value.backlog_bytes);
    bytes.set_bytes_per_second(value.bytes_per_second);
    for (const std::string& each : value.quarantine) bytes.add_quarantine(each);
    bytes.set_opened(value.opened.value);
    bytes.set_closed(value.closed.value);
    bytes.set_severed(value.severed.value);
    bytes.set_handed_over_to(value.handed_over_to.text);
    bytes.set_hand_over_failed(value.hand_over_failed.value);
    bytes.set_needs_standbys(value.needs_standbys);
    bytes.set_problem(value.problem);
    bytes.set_unappointed(value.unappointed);
    bytes.set_unappointed_lately(value.unappointed_lately);
    return bytes;
}

Result<cluster::InstanceReport> from_proto(const proto::InstanceReport& bytes) {
    cluster::InstanceReport value;
    value.instance = InstanceId{bytes.instance()};
    BATON_TRY(value.process, value_of(process_states, bytes.process(), "process state"));
    value.pid = bytes.pid();
    BATON_TRY(value.role, value_of(server_roles, bytes.role(), "server role"));
    value.following = InstanceId{bytes.following()};
    value.link_up = bytes.link_up();
    value.loading = bytes.loading();
    value.run_id = bytes.run_id();
    value.replication_id = bytes.replication_id();
    value.replication_id2 = bytes.replication_id2();
    value.offset2 = bytes.offset2();
    value.offset = bytes.offset();
    value.keys = bytes.keys();
    value.full_syncs = bytes.full_syncs();
    value.cannot_save = bytes.cannot_save();
    value.needs_standbys = bytes.needs_standbys();
    value.asked_at = LogIndex{bytes.asked_at()};
    value.backlog_bytes = bytes.backlog_bytes();
    value.bytes_per_second = bytes.bytes_per_second();
    value.quarantine = {bytes.quarantine().begin(), bytes.quarantine().end()};
    value.opened = Epoch{bytes.opened()};
    value.closed = Epoch{bytes.closed()};
    value.severed = Epoch{bytes.severed()};
    value.handed_over_to = InstanceId{bytes.handed_over_to()};
    value.hand_over_failed = LogIndex{bytes.hand_over_failed()};
    value.problem = bytes.problem();
    value.unappointed = bytes.unappointed();
    value.unappointed_lately = bytes.unappointed_lately();
    return value;
}

proto::RenewalAge to_proto(const cluster::RenewalAge& value) {
    proto::RenewalAge bytes;
    bytes.set_group(value.group.text);
    bytes.set_epoch(value.epoch.value);
    *bytes.mutable_revocation() = to_proto(value.revocation);
    bytes.set_age_nanoseconds(value.age.count());
    return bytes;
}

/// A takeover may rest on the age, so one that cannot be is refused.
Result<cluster::RenewalAge> from_proto(const proto::RenewalAge& bytes) {
    cluster::RenewalAge value;
    value.group = GroupId{bytes.group()};
    value.epoch = Epoch{bytes.epoch()};
    BATON_TRY(value.revocation, from_proto(bytes.revocation()));
    value.age = Duration{bytes.age_nanoseconds()};
    if (value.age < Duration::zero()) {
        return invalid("a renewal of group \"" + bytes.group() + "\" that lies in the future");
    }
    return value;
}

proto::PeerView to_proto(const cluster::PeerView& value) {
    proto::PeerView bytes;
    bytes.set_peer(value.peer.text);
    bytes.set_liveness(number_of(livenesses, value.liveness));
    bytes.set_phi(value.phi);
    bytes.set_connected(value.connected);
    bytes.set_samples(value.samples);
    bytes.set_missed(value.missed);
    return bytes;
}

Result<cluster::PeerView> from_proto(const proto::PeerView& bytes) {
    cluster::PeerView value;
    value.peer = NodeId{bytes.peer()};
    BATON_TRY(value.liveness, value_of(livenesses, bytes.liveness(), "liveness"));
    value.phi = bytes.phi();
    value.connected = bytes.connected();
    value.samples = bytes.samples();
    value.missed = bytes.missed();
    return value;
}

template <typename Value, typename Repeated>
Result<std::vector<Value>> reports_from_proto(const Repeated& bytes) {
    std::vector<Value> values;
    for (const auto& element : bytes) {
        BATON_TRY(auto value, from_proto(element));
        values.push_back(std::move(value));
    }
    return values;
}

}  // namespace

proto::NodeReport to_proto(const cluster::NodeReport& value) {
    proto::NodeReport bytes;
    bytes.set_node(value.node.text);
    bytes.set_sequence(value.sequence);
    bytes.set_since(value.since);
    bytes.set_incarnation(value.incarnation.value);
    bytes.set_fencing(to_proto(value.fencing));
    bytes.set_doubts_itself(value.doubts_itself);
    bytes.set_disk_stalled(value.disk_stalled);
    bytes.set_version(value.version);
    bytes.set_topology_digest(value.topology_digest);
    bytes.set_applied(value.applied.value);
    for (const auto& [id, instance] : value.instances) {
        *bytes.add_instances() = to_proto(instance);
    }
    for (const cluster::RenewalAge& age : value.ages) {
        *bytes.add_ages() = to_proto(age);
    }
    for (const cluster::PeerView& peer : value.peers) {
        *bytes.add_peers() = to_proto(peer);
    }
    for (const auto& [group, epoch] : value.fronts) {
        proto::FrontServed& front = *bytes.add_fronts();
        front.set_group(group.text);
        front.set_epoch(epoch.value);
    }
    return bytes;
}

Result<cluster::NodeReport> from_proto(const proto::NodeReport& bytes) {
    cluster::NodeReport value;
    value.node = NodeId{bytes.node()};
    value.sequence = bytes.sequence();
    value.since = bytes.since();
    value.incarnation = Incarnation{bytes.incarnation()};
    BATON_TRY(value.fencing, from_proto(bytes.fencing()));
    value.doubts_itself = bytes.doubts_itself();
    value.disk_stalled = bytes.disk_stalled();
    value.version = bytes.version();
    value.topology_digest = bytes.topology_digest();
    value.applied = LogIndex{bytes.applied()};
    std::vector<cluster::InstanceReports::value_type> instances;
    for (const proto::InstanceReport& each : bytes.instances()) {
        BATON_TRY(auto instance, from_proto(each));
        instances.emplace_back(instance.instance, instance);
    }
    value.instances = cluster::InstanceReports(instances.begin(), instances.end());
    BATON_TRY(value.ages, reports_from_proto<cluster::RenewalAge>(bytes.ages()));
    BATON_TRY(value.peers, reports_from_proto<cluster::PeerView>(bytes.peers()));
    std::vector<decltype(value.fronts)::value_type> fronts;
    for (const proto::FrontServed& front : bytes.fronts()) {
        fronts.emplace_back(GroupId{front.group()}, Epoch{front.epoch()});
    }
    value.fronts = decltype(value.fronts)(fronts.begin(), fronts.end());
    return value;
}

}  // namespace baton::wire
