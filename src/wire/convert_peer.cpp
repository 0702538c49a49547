#include "wire/convert.hpp"

namespace baton::wire {
namespace {

// Overloads of this file must not hide the shared ones.
using wire::from_proto;
using wire::to_proto;

proto::Pair to_proto(const lease::Pair& value) {
    proto::Pair bytes;
    bytes.set_group(value.group.text);
    bytes.set_epoch(value.epoch.value);
    return bytes;
}

lease::Pair from_proto(const proto::Pair& bytes) {
    return {.group = GroupId{bytes.group()}, .epoch = Epoch{bytes.epoch()}};
}

Instant instant_from(std::int64_t nanoseconds) {
    return {.since_boot = Duration{nanoseconds}};
}

/// Writes the alternative a peer message holds into the matching part of `out`.
struct PeerWriter {
    proto::PeerMessage* out;

    void operator()(const raft::Message& value) const { *out->mutable_raft() = to_proto(value); }
    void operator()(const lease::Heartbeat& value) const {
        proto::Heartbeat& bytes = *out->mutable_heartbeat();
        bytes.set_from(value.from.text);
        bytes.set_incarnation(value.incarnation.value);
        bytes.set_sequence(value.sequence);
        bytes.set_sent_nanoseconds(value.sent.since_boot.count());
        bytes.set_membership_index(value.membership_index.value);
        for (const NodeId& voter : value.voters) {
            bytes.add_voters(voter.text);
        }
        for (const lease::Holding& holding : value.holdings) {
            proto::Holding& held = *bytes.add_holdings();
            *held.mutable_pair() = to_proto(holding.pair);
            held.set_open(holding.open);
        }
    }
    void operator()(const lease::HeartbeatAnswer& value) const {
        proto::HeartbeatAnswer& bytes = *out->mutable_heartbeat_answer();
        bytes.set_from(value.from.text);
        bytes.set_sequence(value.sequence);
        bytes.set_sent_nanoseconds(value.sent.since_boot.count());
        bytes.set_membership_index(value.membership_index.value);
        for (const lease::Pair& pair : value.refused) {
            *bytes.add_refused() = to_proto(pair);
        }
    }
    void operator()(const cluster::NodeReport& value) const {
        *out->mutable_report() = to_proto(value);
    }
    void operator()(const Formation& value) const {
        *out->mutable_formation()->mutable_snapshot() = to_proto(value.snapshot);
    }
    void operator()(const Unformed& value) const {
        out->mutable_unformed()->set_incarnation(value.incarnation.value);
        out->mutable_unformed()->set_topology_digest(value.topology_digest);
    }
};

PeerMessage from_proto(const proto::Heartbeat& bytes) {
    lease::Heartbeat value;
    value.from = NodeId{bytes.from()};
    value.incarnation = Incarnation{bytes.incarnation()};
    value.sequence = bytes.sequence();
    value.sent = instant_from(bytes.sent_nanoseconds());
    value.membership_index = LogIndex{bytes.membership_index()};
    value.voters = names_from_proto<NodeId>(bytes.voters());
    for (const proto::Holding& holding : bytes.holdings()) {
        value.holdings.push_back({.pair = from_proto(holding.pair()), .open = holding.open()});
    }
    return value;
}

PeerMessage from_proto(const proto::HeartbeatAnswer& bytes) {
    lease::HeartbeatAnswer value;
    value.from = NodeId{bytes.from()};
    value.sequence = bytes.sequence();
    value.sent = instant_from(bytes.sent_nanoseconds());
    value.membership_index = LogIndex{bytes.membership_index()};
    for (const proto::Pair& pair : bytes.refused()) {
        value.refused.push_back(from_proto(pair));
    }
    return value;
}

Result<PeerMessage> from_proto(const proto::Formation& bytes) {
    Formation value;
    BATON_TRY(value.snapshot, from_proto(bytes.snapshot()));
    return PeerMessage{std::move(value)};
}

PeerMessage from_proto(const proto::Unformed& bytes) {
    return Unformed{.incarnation = Incarnation{bytes.incarnation()},
                    .topology_digest = bytes.topology_digest()};
}

}  // namespace

proto::PeerMessage to_proto(const PeerMessage& value) {
    proto::PeerMessage bytes;
    std::visit(PeerWriter{&bytes}, value);
    return bytes;
}

Result<PeerMessage> from_proto(const proto::PeerMessage& bytes) {
    switch (bytes.kind_case()) {
        case proto::PeerMessage::kRaft: return widened<PeerMessage>(from_proto(bytes.raft()));
        case proto::PeerMessage::kHeartbeat: return from_proto(bytes.heartbeat());
        case proto::PeerMessage::kHeartbeatAnswer: return from_proto(bytes.heartbeat_answer());
        case proto::PeerMessage::kReport: return widened<PeerMessage>(from_proto(bytes.report()));
        case proto::PeerMessage::kFormation: return from_proto(bytes.formation());
        case proto::PeerMessage::kUnformed: return from_proto(bytes.unformed());
        case proto::PeerMessage::KIND_NOT_SET: break;
    }
    return invalid("a message of a kind that this version of baton does not know");
}

}  // namespace baton::wire
