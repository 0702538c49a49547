#include "wire/convert.hpp"

namespace baton::wire {
namespace {

// Overloads of this file must not hide the shared ones.
using wire::from_proto;
using wire::to_proto;

constexpr EnumTable<cluster::FencingTier, proto::FencingTier, 4> fencing_tiers{{
    {cluster::FencingTier::none, proto::FENCING_TIER_NONE},
    {cluster::FencingTier::agent, proto::FENCING_TIER_AGENT},
    {cluster::FencingTier::guard, proto::FENCING_TIER_GUARD},
    {cluster::FencingTier::kernel, proto::FENCING_TIER_KERNEL},
}};
constexpr EnumTable<cluster::RequestKind, proto::RequestKind, 3> request_kinds{{
    {cluster::RequestKind::none, proto::REQUEST_KIND_NONE},
    {cluster::RequestKind::switchover, proto::REQUEST_KIND_SWITCHOVER},
    {cluster::RequestKind::failover, proto::REQUEST_KIND_FAILOVER},
}};

constexpr EnumTable<cluster::Duty, proto::Duty, 4> duties{{
    {cluster::Duty::active, proto::DUTY_ACTIVE},
    {cluster::Duty::drained, proto::DUTY_DRAINED},
    {cluster::Duty::fenced, proto::DUTY_FENCED},
    {cluster::Duty::leaving, proto::DUTY_LEAVING},
}};

proto::Reason to_proto(const cluster::Reason& value) {
    proto::Reason bytes;
    bytes.set_rule(value.rule);
    bytes.set_why(value.why);
    bytes.set_inputs(value.inputs);
    bytes.set_wall_milliseconds(value.wall_milliseconds);
    return bytes;
}

cluster::Reason from_proto(const proto::Reason& bytes) {
    return {.rule = bytes.rule(),
            .why = bytes.why(),
            .inputs = bytes.inputs(),
            .wall_milliseconds = bytes.wall_milliseconds()};
}

/// Writes the alternative a command holds into the matching part of `out`.
struct CommandWriter {
    proto::Command* out;

    void operator()(const cluster::Revoke& value) const {
        proto::Revoke& bytes = *out->mutable_revoke();
        bytes.set_group(value.group.text);
        bytes.set_epoch(value.epoch.value);
        *bytes.mutable_reason() = to_proto(value.reason);
    }
    void operator()(const cluster::Appoint& value) const {
        proto::Appoint& bytes = *out->mutable_appoint();
        bytes.set_group(value.group.text);
        bytes.set_epoch(value.epoch.value);
        bytes.set_instance(value.instance.text);
        bytes.set_run_id(value.run_id);
        *bytes.mutable_loss() = to_proto(value.loss);
        *bytes.mutable_reason() = to_proto(value.reason);
    }
    void operator()(const cluster::RecordOpened& value) const {
        proto::RecordOpened& bytes = *out->mutable_record_opened();
        bytes.set_group(value.group.text);
        bytes.set_epoch(value.epoch.value);
        bytes.set_replication_id(value.replication_id);
        bytes.set_offset(value.offset);
        bytes.set_former_id(value.former_id);
        bytes.set_former_until(value.former_until);
        *bytes.mutable_reason() = to_proto(value.reason);
    }
    void operator()(const cluster::RecordSteady& value) const {
        proto::RecordSteady& bytes = *out->mutable_record_steady();
        bytes.set_group(value.group.text);
        bytes.set_epoch(value.epoch.value);
        bytes.set_steady(value.steady);
        for (const InstanceId& each : value.followers) bytes.add_followers(each.text);
        *bytes.mutable_reason() = to_proto(value.reason);
    }
    void operator()(const cluster::RecordHolder& value) const {
        proto::RecordHolder& bytes = *out->mutable_record_holder();
        bytes.set_group(value.group.text);
        bytes.set_epoch(value.epoch.value);
        bytes.set_instance(value.instance.text);
        bytes.set_run_id(value.run_id);
        if (value.reach) bytes.set_reach(*value.reach);
        *bytes.mutable_reason() = to_proto(value.reason);
    }
    void operator()(const cluster::HandOver& value) const {
        proto::HandOver& bytes = *out->mutable_hand_over();
        bytes.set_group(value.group.text);
        bytes.set_epoch(value.epoch.value);
        bytes.set_successor(value.successor.text);
        *bytes.mutable_reason() = to_proto(value.reason);
    }
    void operator()(const cluster::Request& value) const {
        proto::Request& bytes = *out->mutable_request();
        bytes.set_group(value.group.text);
        bytes.set_epoch(value.epoch.value);
        bytes.set_kind(to_proto(value.kind));
        bytes.set_target(value.target.text);
        bytes.set_accept_loss(value.accept_loss);
        bytes.set_by(value.by);
        bytes.set_reason(value.reason);
        bytes.set_wall_milliseconds(value.wall_milliseconds);
    }
    void operator()(const cluster::SetPaused& value) const {
        proto::SetPaused& bytes = *out->mutable_set_paused();
        bytes.set_group(value.group.text);
        bytes.set_paused(value.paused);
        bytes.set_by(value.by);
        bytes.set_reason(value.reason);
        bytes.set_wall_milliseconds(value.wall_milliseconds);
    }
    void operator()(const cluster::RecordFencing& value) const {
        proto::RecordFencing& bytes = *out->mutable_record_fencing();
        bytes.set_node(value.node.text);
        bytes.set_tier(to_proto(value.tier));
    }
    void operator()(const cluster::RecordCutOff& value) const {
        proto::RecordCutOff& bytes = *out->mutable_record_cut_off();
        bytes.set_node(value.node.text);
        bytes.set_after(value.after.value);
        bytes.set_by(value.by);
    }
    void operator()(const cluster::Declare& value) const {
        proto::Declare& bytes = *out->mutable_declare();
        *bytes.mutable_topology() = to_proto(value.topology);
        bytes.set_by(value.by);
        bytes.set_wall_milliseconds(value.wall_milliseconds);
        bytes.set_expected(value.expected);
    }
    void operator()(const cluster::AdmitIncarnation& value) const {
        proto::AdmitIncarnation& bytes = *out->mutable_admit_incarnation();
        bytes.set_node(value.node.text);
        bytes.set_incarnation(value.incarnation.value);
        bytes.set_by(value.by);
    }
    void operator()(const cluster::ReplaceNode& value) const {
        proto::ReplaceNode& bytes = *out->mutable_replace_node();
        bytes.set_node(value.node.text);
        bytes.set_incarnation(value.incarnation.value);
        bytes.set_by(value.by);
        bytes.set_wall_milliseconds(value.wall_milliseconds);
    }
    void operator()(const cluster::SetDuty& value) const {
        proto::SetDuty& bytes = *out->mutable_set_duty();
        bytes.set_node(value.node.text);
        bytes.set_duty(to_proto(value.duty));
        bytes.set_by(value.by);
        bytes.set_wall_milliseconds(value.wall_milliseconds);
    }
    void operator()(const cluster::AddNode& value) const {
        proto::AddNode& bytes = *out->mutable_add_node();
        *bytes.mutable_node() = to_proto(value.node);
        bytes.set_by(value.by);
        bytes.set_wall_milliseconds(value.wall_milliseconds);
    }
    void operator()(const cluster::ForgetNode& value) const {
        out->mutable_forget_node()->set_node(value.node.text);
    }
    void operator()(const cluster::EndReplacement& value) const {
        proto::EndReplacement& bytes = *out->mutable_end_replacement();
        bytes.set_node(value.node.text);
        bytes.set_incarnation(value.incarnation.value);
    }
};

cluster::Command from_proto(const proto::Revoke& bytes) {
    return cluster::Revoke{.group = GroupId{bytes.group()},
                           .epoch = Epoch{bytes.epoch()},
                           .reason = from_proto(bytes.reason())};
}

Result<cluster::Command> from_proto(const proto::Appoint& bytes) {
    cluster::Appoint value{.group = GroupId{bytes.group()},
                           .epoch = Epoch{bytes.epoch()},
                           .instance = InstanceId{bytes.instance()},
                           .run_id = bytes.run_id(),
                           .loss = {},
                           .reason = from_proto(bytes.reason())};
    if (bytes.has_loss()) {
        BATON_TRY(value.loss, from_proto(bytes.loss()));
    }
    return cluster::Command{std::move(value)};
}

cluster::Command from_proto(const proto::RecordOpened& bytes) {
    return cluster::RecordOpened{.group = GroupId{bytes.group()},
                                 .epoch = Epoch{bytes.epoch()},
                                 .replication_id = bytes.replication_id(),
                                 .offset = bytes.offset(),
                                 .former_id = bytes.former_id(),
                                 .former_until = bytes.former_until(),
                                 .reason = from_proto(bytes.reason())};
}

cluster::Command from_proto(const proto::RecordSteady& bytes) {
    return cluster::RecordSteady{.group = GroupId{bytes.group()},
                                 .epoch = Epoch{bytes.epoch()},
                                 .steady = bytes.steady(),
                                 .followers = names_from_proto<InstanceId>(bytes.followers()),
                                 .reason = from_proto(bytes.reason())};
}

cluster::Command from_proto(const proto::RecordHolder& bytes) {
    cluster::RecordHolder value{.group = GroupId{bytes.group()},
                                .epoch = Epoch{bytes.epoch()},
                                .instance = InstanceId{bytes.instance()},
                                .run_id = bytes.run_id(),
                                .reach = std::nullopt,
                                .reason = from_proto(bytes.reason())};
    if (bytes.has_reach()) value.reach = bytes.reach();
    return value;
}

cluster::Command from_proto(const proto::HandOver& bytes) {
    return cluster::HandOver{.group = GroupId{bytes.group()},
                             .epoch = Epoch{bytes.epoch()},
                             .successor = InstanceId{bytes.successor()},
                             .reason = from_proto(bytes.reason())};
}

Result<cluster::Command> from_proto(const proto::Request& bytes) {
    cluster::Request value;
    value.group = GroupId{bytes.group()};
    value.epoch = Epoch{bytes.epoch()};
    BATON_TRY(value.kind, from_proto(bytes.kind()));
    value.target = InstanceId{bytes.target()};
    value.accept_loss = bytes.accept_loss();
    value.by = bytes.by();
    value.reason = bytes.reason();
    value.wall_milliseconds = bytes.wall_milliseconds();
    return cluster::Command{std::move(value)};
}

cluster::Command from_proto(const proto::SetPaused& bytes) {
    return cluster::SetPaused{.group = GroupId{bytes.group()},
                              .paused = bytes.paused(),
                              .by = bytes.by(),
                              .reason = bytes.reason(),
                              .wall_milliseconds = bytes.wall_milliseconds()};
}

Result<cluster::Command> from_proto(const proto::RecordFencing& bytes) {
    cluster::RecordFencing value;
    value.node = NodeId{bytes.node()};
    BATON_TRY(value.tier, from_proto(bytes.tier()));
    return cluster::Command{std::move(value)};
}

cluster::Command from_proto(const proto::RecordCutOff& bytes) {
    return cluster::RecordCutOff{.node = NodeId{bytes.node()},
                                 .after = LogIndex{bytes.after()},
                                 .by = bytes.by()};
}

Result<cluster::Command> from_proto(const proto::Declare& bytes) {
    cluster::Declare value;
    BATON_TRY(value.topology, from_proto(bytes.topology()));
    value.by = bytes.by();
    value.wall_milliseconds = bytes.wall_milliseconds();
    value.expected = bytes.expected();
    return cluster::Command{std::move(value)};
}

cluster::Command from_proto(const proto::ReplaceNode& bytes) {
    return cluster::ReplaceNode{.node = NodeId{bytes.node()},
                                .incarnation = Incarnation{bytes.incarnation()},
                                .by = bytes.by(),
                                .wall_milliseconds = bytes.wall_milliseconds()};
}

Result<cluster::Command> from_proto(const proto::SetDuty& bytes) {
    cluster::SetDuty value;
    value.node = NodeId{bytes.node()};
    BATON_TRY(value.duty, from_proto(bytes.duty()));
    value.by = bytes.by();
    value.wall_milliseconds = bytes.wall_milliseconds();
    return cluster::Command{std::move(value)};
}

Result<cluster::Command> from_proto(const proto::AddNode& bytes) {
    cluster::AddNode value;
    BATON_TRY(value.node, from_proto(bytes.node()));
    value.by = bytes.by();
    value.wall_milliseconds = bytes.wall_milliseconds();
    return cluster::Command{std::move(value)};
}

cluster::Command from_proto(const proto::EndReplacement& bytes) {
    return cluster::EndReplacement{.node = NodeId{bytes.node()},
                                   .incarnation = Incarnation{bytes.incarnation()}};
}

cluster::Command from_proto(const proto::AdmitIncarnation& bytes) {
    return cluster::AdmitIncarnation{.node = NodeId{bytes.node()},
                                     .incarnation = Incarnation{bytes.incarnation()},
                                     .by = bytes.by()};
}

}  // namespace

proto::EntryReference to_proto(const cluster::EntryReference& value) {
    proto::EntryReference bytes;
    bytes.set_index(value.index.value);
    bytes.set_term(value.term.value);
    return bytes;
}

Result<cluster::EntryReference> from_proto(const proto::EntryReference& bytes) {
    return cluster::EntryReference{.index = LogIndex{bytes.index()}, .term = Term{bytes.term()}};
}

proto::FencingTier to_proto(cluster::FencingTier value) {
    return number_of(fencing_tiers, value);
}

Result<cluster::FencingTier> from_proto(proto::FencingTier bytes) {
    return value_of(fencing_tiers, bytes, "fencing tier");
}

proto::Duty to_proto(cluster::Duty value) {
    return number_of(duties, value);
}

Result<cluster::Duty> from_proto(proto::Duty bytes) {
    return value_of(duties, bytes, "duty");
}

proto::RequestKind to_proto(cluster::RequestKind value) {
    return number_of(request_kinds, value);
}

Result<cluster::RequestKind> from_proto(proto::RequestKind bytes) {
    return value_of(request_kinds, bytes, "request kind");
}

proto::Command to_proto(const cluster::Command& value) {
    proto::Command bytes;
    std::visit(CommandWriter{&bytes}, value);
    return bytes;
}

Result<cluster::Command> from_proto(const proto::Command& bytes) {
    switch (bytes.kind_case()) {
        case proto::Command::kRevoke: return from_proto(bytes.revoke());
        case proto::Command::kAppoint: return from_proto(bytes.appoint());
        case proto::Command::kRecordOpened: return from_proto(bytes.record_opened());
        case proto::Command::kRecordSteady: return from_proto(bytes.record_steady());
        case proto::Command::kHandOver: return from_proto(bytes.hand_over());
        case proto::Command::kRequest: return from_proto(bytes.request());
        case proto::Command::kSetPaused: return from_proto(bytes.set_paused());
        case proto::Command::kRecordFencing: return from_proto(bytes.record_fencing());
        case proto::Command::kDeclare: return from_proto(bytes.declare());
        case proto::Command::kAdmitIncarnation: return from_proto(bytes.admit_incarnation());
        case proto::Command::kReplaceNode: return from_proto(bytes.replace_node());
        case proto::Command::kEndReplacement: return from_proto(bytes.end_replacement());
        case proto::Command::kSetDuty: return from_proto(bytes.set_duty());
        case proto::Command::kRecordHolder: return from_proto(bytes.record_holder());
        case proto::Command::kAddNode: return from_proto(bytes.add_node());
        case proto::Command::kForgetNode:
            return cluster::Command{cluster::ForgetNode{NodeId{bytes.forget_node().node()}}};
        case proto::Command::kRecordCutOff: return from_proto(bytes.record_cut_off());
        case proto::Command::KIND_NOT_SET: break;
    }
    return invalid(
        "a command of a kind that this version of baton does not know; it was written by "
        "a newer one, or the bytes are damaged");
}

}  // namespace baton::wire
