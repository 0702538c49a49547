#include "samples.hpp"

#include "field_count.hpp"

#include <set>

namespace baton::test {

// A failing line means: a field was added. Give it to src/wire (the .proto file
// and both directions) and to the sample below, then correct the number.
static_assert(field_count<cluster::Endpoint>() == 2);
static_assert(field_count<cluster::Node>() == 4);
static_assert(field_count<cluster::Instance>() == 7);
static_assert(field_count<cluster::ServerTls>() == 4);
static_assert(field_count<cluster::Group>() == 19);
static_assert(field_count<cluster::QuarantineBounds>() == 2);
static_assert(field_count<cluster::Hooks>() == 2);
static_assert(field_count<cluster::FencingCommand>() == 2);
static_assert(field_count<cluster::Settings>() == 2);
static_assert(field_count<cluster::Topology>() == 4);
static_assert(field_count<cluster::Reason>() == 4);
static_assert(field_count<cluster::Revoke>() == 3);
static_assert(field_count<cluster::Appoint>() == 6);
static_assert(field_count<cluster::Loss>() == 10);
static_assert(field_count<cluster::Fallen>() == 6);
static_assert(field_count<cluster::RecordOpened>() == 7);
static_assert(field_count<cluster::RecordSteady>() == 5);
static_assert(field_count<cluster::HandOver>() == 4);
static_assert(field_count<cluster::Request>() == 8);
static_assert(field_count<cluster::SetPaused>() == 5);
static_assert(field_count<cluster::RecordFencing>() == 2);
static_assert(field_count<cluster::Declare>() == 4);
static_assert(field_count<cluster::AdmitIncarnation>() == 3);
static_assert(field_count<cluster::ReplaceNode>() == 4);
static_assert(field_count<cluster::EndReplacement>() == 2);
static_assert(field_count<cluster::RecordHolder>() == 6);
static_assert(field_count<cluster::SetDuty>() == 4);
static_assert(field_count<cluster::AddNode>() == 3);
static_assert(field_count<cluster::ForgetNode>() == 1);
static_assert(field_count<cluster::RecordCutOff>() == 3);
static_assert(std::variant_size_v<cluster::Command> == 17);
static_assert(field_count<cluster::Decision>() == 7);
static_assert(field_count<cluster::Lineage>() == 3);
static_assert(field_count<cluster::FormerHistory>() == 3);
static_assert(field_count<cluster::PendingRequest>() == 5);
static_assert(field_count<cluster::Holder>() == 3);
static_assert(field_count<cluster::GroupState>() == 16);
static_assert(field_count<cluster::NodeState>() == 7);
static_assert(field_count<cluster::State>() == 6);
static_assert(field_count<cluster::InstanceReport>() == 29);  // following_endpoint stays at home.
static_assert(field_count<cluster::RenewalAge>() == 4);
static_assert(field_count<cluster::PeerView>() == 6);
static_assert(field_count<cluster::NodeReport>() == 14);
static_assert(field_count<raft::Membership>() == 2);
static_assert(field_count<raft::Entry>() == 5);
static_assert(field_count<raft::HardState>() == 3);
static_assert(field_count<raft::Snapshot>() == 5);
static_assert(field_count<raft::VoteRequest>() == 4);
static_assert(field_count<raft::VoteReply>() == 2);
static_assert(field_count<raft::Append>() == 5);
static_assert(field_count<raft::AppendReply>() == 5);
static_assert(field_count<raft::SnapshotPiece>() == 3);
static_assert(field_count<raft::SnapshotReply>() == 3);
static_assert(field_count<raft::Message>() == 4);
static_assert(std::variant_size_v<raft::Body> == 7);
static_assert(field_count<lease::Pair>() == 2);
static_assert(field_count<lease::Holding>() == 2);
static_assert(field_count<lease::Heartbeat>() == 7);
static_assert(field_count<lease::HeartbeatAnswer>() == 5);
static_assert(field_count<Formation>() == 1);
static_assert(field_count<Unformed>() == 2);
static_assert(std::variant_size_v<PeerMessage> == 6);
static_assert(field_count<Identity>() == 3);

std::uint64_t Samples::number() {
    const std::uint64_t drawn = random_.next();
    return drawn >> random_.below(65) % 64;
}

std::optional<std::uint64_t> Samples::perhaps_number() {
    if (flag()) return std::nullopt;
    return number();
}

std::string Samples::text() {
    std::string text;
    for (std::uint64_t size = random_.below(9); size > 0; --size) {
        text.push_back(static_cast<char>(random_.below(256)));
    }
    return text;
}

cluster::Node Samples::node() {
    return {.id = id<NodeId>(), .peer = endpoint(), .api = endpoint(), .voter = flag()};
}

cluster::Group Samples::group() {
    cluster::Group group;
    group.id = id<GroupId>();
    group.instances = list([this] {
        return cluster::Instance{id<InstanceId>(), id<NodeId>(), endpoint(), text(),
                                 text(),           small(),      flag()};
    });
    group.write_port = port();
    group.read_port = port();
    group.front_nodes = list([this] { return id<NodeId>(); });
    group.server_binary = text();
    group.server_arguments = list([this] { return text(); });
    group.password_file = text();
    group.tls = {flag(), text(), text(), text()};
    group.frozen_after = Duration{signed_number()};
    group.busy_after = Duration{signed_number()};
    group.switchover_timeout = Duration{signed_number()};
    group.failover_block = Duration{signed_number()};
    group.durability = one_of<cluster::Durability>(2);
    group.acknowledgements = small();
    group.quarantine = {small(), number()};
    group.hooks = {list([this] { return text(); }), positive()};
    return group;
}

cluster::Settings Samples::settings() {
    return {.lease = positive(),
            .fencing = {list([this] { return text(); }), positive()}};
}

cluster::Topology Samples::topology() {
    return {.name = text(),
            .settings = settings(),
            .nodes = list([this] { return node(); }),
            .groups = list([this] { return group(); })};
}

cluster::Loss Samples::loss() {
    cluster::Loss loss{.epoch = count<Epoch>(),
                       .from = id<InstanceId>(),
                       .to = id<InstanceId>(),
                       .promise = one_of<cluster::Promise>(3),
                       .promoted = number(),
                       .abandoned = text(),
                       .heard = perhaps_number(),
                       .age = positive(),
                       .bytes_per_second = number(),
                       .window = std::nullopt};
    if (flag()) loss.window = positive();
    return loss;
}

cluster::Request Samples::request() {
    return {.group = id<GroupId>(),
            .epoch = count<Epoch>(),
            .kind = one_of<cluster::RequestKind>(3),
            .target = id<InstanceId>(),
            .accept_loss = flag(),
            .by = text(),
            .reason = text(),
            .wall_milliseconds = signed_number()};
}

cluster::Command Samples::command() {
    const auto group = id<GroupId>();
    const auto epoch = count<Epoch>();
    switch (random_.below(17)) {
        case 0: return cluster::Revoke{group, epoch, reason()};
        case 1: return cluster::Appoint{group, epoch, id<InstanceId>(), text(), loss(), reason()};
        case 2:
            return cluster::RecordOpened{group,  epoch,    text(),  number(),
                                         text(), number(), reason()};
        case 3:
            return cluster::RecordSteady{
                group, epoch, flag(), list([this] { return id<InstanceId>(); }), reason()};
        case 4: return cluster::HandOver{group, epoch, id<InstanceId>(), reason()};
        case 5: return request();
        case 6: return cluster::SetPaused{group, flag(), text(), text(), signed_number()};
        case 7: return cluster::RecordFencing{id<NodeId>(), one_of<cluster::FencingTier>(3)};
        case 8: return cluster::Declare{topology(), text(), signed_number(), number()};
        case 9:
            return cluster::ReplaceNode{id<NodeId>(), count<Incarnation>(), text(),
                                        signed_number()};
        case 12:
            return cluster::SetDuty{id<NodeId>(), one_of<cluster::Duty>(4), text(),
                                    signed_number()};
        case 11:
            return cluster::RecordHolder{group, epoch, id<InstanceId>(), text(), perhaps_number(),
                                         reason()};
        case 13: return cluster::AddNode{node(), text(), signed_number()};
        case 14: return cluster::ForgetNode{id<NodeId>()};
        case 15: return cluster::RecordCutOff{id<NodeId>(), count<LogIndex>(), text()};
        case 10: return cluster::EndReplacement{id<NodeId>(), count<Incarnation>()};
        default: return cluster::AdmitIncarnation{id<NodeId>(), count<Incarnation>(), text()};
    }
}

cluster::GroupState Samples::group_state() {
    cluster::GroupState state;
    state.declared = group();
    state.phase = one_of<cluster::Phase>(6);
    state.epoch = count<Epoch>();
    state.primary = id<InstanceId>();
    state.revoked = flag();
    state.revocation = reference();
    state.lineage = {text(), number(), {text(), number(), number()}};
    state.successor = id<InstanceId>();
    state.request = {one_of<cluster::RequestKind>(3), id<InstanceId>(), flag(), text(), text()};
    state.paused = flag();
    state.last_failover_wall_milliseconds = signed_number();
    for (std::uint64_t holders = random_.below(3); holders > 0; --holders) {
        state.holders[id<InstanceId>()] = {text(), count<LogIndex>(), perhaps_number()};
    }
    state.loss = loss();
    for (std::uint64_t fallen = random_.below(3); fallen > 0; --fallen) {
        state.fallen[id<InstanceId>()] = {count<Epoch>(), text(),   text(),
                                          number(),       number(), number()};
    }
    for (std::uint64_t decisions = random_.below(4); decisions > 0; --decisions) {
        state.decisions.push_back({count<LogIndex>(), count<Epoch>(), one_of<cluster::Phase>(6),
                                   text(), text(), text(), signed_number()});
    }
    return state;
}

cluster::State Samples::state() {
    cluster::State state;
    state.id = id<ClusterId>();
    state.name = text();
    state.settings = settings();
    state.cluster_version = small();
    for (std::uint64_t nodes = random_.below(4); nodes > 0; --nodes) {
        state.nodes[id<NodeId>()] = {node(),
                                     count<Incarnation>(),
                                     one_of<cluster::FencingTier>(3),
                                     count<Incarnation>(),
                                     one_of<cluster::Duty>(4),
                                     text(),
                                     count<LogIndex>()};
    }
    for (std::uint64_t groups = random_.below(3); groups > 0; --groups) {
        state.groups[id<GroupId>()] = group_state();
    }
    return state;
}

cluster::InstanceReport Samples::instance_report() {
    cluster::InstanceReport report;
    report.instance = id<InstanceId>();
    report.process = one_of<cluster::ProcessState>(4);
    report.pid = signed_number();
    report.role = one_of<cluster::ServerRole>(3);
    report.following = id<InstanceId>();
    report.link_up = flag();
    report.loading = flag();
    report.run_id = text();
    report.replication_id = text();
    report.replication_id2 = text();
    report.offset2 = number();
    report.offset = number();
    report.asked_at = count<LogIndex>();
    report.keys = number();
    report.full_syncs = number();
    report.cannot_save = flag();
    report.needs_standbys = flag();
    report.backlog_bytes = number();
    report.bytes_per_second = number();
    report.quarantine = list([this] { return text(); });
    report.opened = count<Epoch>();
    report.closed = count<Epoch>();
    report.severed = count<Epoch>();
    report.handed_over_to = id<InstanceId>();
    report.hand_over_failed = count<LogIndex>();
    report.problem = text();
    report.unappointed = number();
    report.unappointed_lately = flag();
    return report;
}

cluster::NodeReport Samples::report() {
    cluster::NodeReport report;
    report.node = id<NodeId>();
    report.sequence = number();
    report.since = number();
    report.incarnation = count<Incarnation>();
    report.fencing = one_of<cluster::FencingTier>(3);
    report.doubts_itself = flag();
    report.disk_stalled = flag();
    report.version = small();
    report.topology_digest = text();
    report.applied = count<LogIndex>();
    for (const auto& each : list([this] { return instance_report(); })) {
        report.instances[each.instance] = each;
    }
    report.ages = list([this] {
        return cluster::RenewalAge{id<GroupId>(), count<Epoch>(), reference(), positive()};
    });
    report.peers = list([this] {
        return cluster::PeerView{id<NodeId>(), one_of<cluster::Liveness>(4),
                                 static_cast<double>(number()) / 7.0, flag(), small(), flag()};
    });
    for (std::uint64_t fronts = random_.below(3); fronts > 0; --fronts) {
        report.fronts[id<GroupId>()] = count<Epoch>();
    }
    return report;
}

raft::Membership Samples::membership() {
    std::set<NodeId> voters;
    std::set<NodeId> learners;
    for (std::uint64_t count = random_.below(6); count > 0; --count) {
        voters.insert(id<NodeId>());
    }
    for (std::uint64_t count = random_.below(3); count > 0; --count) {
        const auto node = id<NodeId>();
        if (!voters.contains(node)) {
            learners.insert(node);
        }
    }
    return {{voters.begin(), voters.end()}, {learners.begin(), learners.end()}};
}

raft::Entry Samples::entry() {
    raft::Entry entry{count<Term>(), count<LogIndex>(), one_of<raft::EntryKind>(3), text(), {}};
    if (entry.kind == raft::EntryKind::membership) {
        entry.membership = membership();
    }
    return entry;
}

raft::HardState Samples::hard_state() {
    return {count<Term>(), id<NodeId>(), count<LogIndex>()};
}

raft::Snapshot Samples::snapshot() {
    return {count<LogIndex>(), count<Term>(), membership(), count<LogIndex>(), text()};
}

raft::Body Samples::body() {
    switch (random_.below(7)) {
        case 0: return raft::VoteRequest{flag(), flag(), count<LogIndex>(), count<Term>()};
        case 1: return raft::VoteReply{flag(), flag()};
        case 2:
            return raft::Append{count<LogIndex>(), count<Term>(), list([this] { return entry(); }),
                                count<LogIndex>(), number()};
        case 3:
            return raft::AppendReply{flag(), count<LogIndex>(), count<LogIndex>(), count<Term>(),
                                     number()};
        case 4: return raft::SnapshotPiece{snapshot(), number(), flag()};
        case 5: return raft::SnapshotReply{count<LogIndex>(), number(), flag()};
        default: return raft::TimeoutNow{};
    }
}

raft::Message Samples::raft_message() {
    return {id<NodeId>(), id<NodeId>(), count<Term>(), body()};
}

lease::Heartbeat Samples::heartbeat() {
    return {.from = id<NodeId>(),
            .incarnation = count<Incarnation>(),
            .sequence = number(),
            .sent = {.since_boot = Duration{signed_number()}},
            .membership_index = count<LogIndex>(),
            .voters = list([this] { return id<NodeId>(); }),
            .holdings = list([this] { return lease::Holding{pair(), flag()}; })};
}

lease::HeartbeatAnswer Samples::answer() {
    return {.from = id<NodeId>(),
            .sequence = number(),
            .sent = {.since_boot = Duration{signed_number()}},
            .membership_index = count<LogIndex>(),
            .refused = list([this] { return pair(); })};
}

PeerMessage Samples::peer_message() {
    switch (random_.below(6)) {
        case 0: return raft_message();
        case 1: return heartbeat();
        case 2: return answer();
        case 3: return report();
        case 4: return Formation{snapshot()};
        default: return Unformed{count<Incarnation>(), text()};
    }
}

Identity Samples::identity() {
    return {NodeId{"n" + text()}, count<Incarnation>(), id<ClusterId>()};
}

std::map<GroupId, Epoch> Samples::promises() {
    std::map<GroupId, Epoch> promises;
    for (std::uint64_t groups = random_.below(4); groups > 0; --groups) {
        promises[id<GroupId>()] = count<Epoch>();
    }
    return promises;
}

}  // namespace baton::test
