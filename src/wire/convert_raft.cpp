#include "wire/convert.hpp"

#include <algorithm>

namespace baton::wire {
namespace {

// Overloads of this file must not hide the shared ones.
using wire::from_proto;
using wire::to_proto;

constexpr EnumTable<raft::EntryKind, proto::EntryKind, 3> entry_kinds{{
    {raft::EntryKind::noop, proto::ENTRY_KIND_NOOP},
    {raft::EntryKind::command, proto::ENTRY_KIND_COMMAND},
    {raft::EntryKind::membership, proto::ENTRY_KIND_MEMBERSHIP},
}};

proto::Membership to_proto(const raft::Membership& value) {
    proto::Membership bytes;
    for (const NodeId& node : value.voters) {
        bytes.add_voters(node.text);
    }
    for (const NodeId& node : value.learners) {
        bytes.add_learners(node.text);
    }
    return bytes;
}

bool strictly_increasing(const std::vector<NodeId>& nodes) {
    return std::adjacent_find(nodes.begin(), nodes.end(), std::greater_equal{}) == nodes.end();
}

/// A majority is counted over these lists, so a repeated name is refused.
Result<raft::Membership> from_proto(const proto::Membership& bytes) {
    raft::Membership value;
    value.voters = names_from_proto<NodeId>(bytes.voters());
    value.learners = names_from_proto<NodeId>(bytes.learners());
    std::vector<NodeId> both;
    if (strictly_increasing(value.voters) && strictly_increasing(value.learners)) {
        std::set_intersection(value.voters.begin(), value.voters.end(), value.learners.begin(),
                              value.learners.end(), std::back_inserter(both));
        if (both.empty()) {
            return value;
        }
    }
    return invalid("a membership whose names are not sorted or not distinct");
}

/// Writes the body a message holds into the matching part of `out`.
struct BodyWriter {
    proto::RaftMessage* out;

    void operator()(const raft::VoteRequest& value) const {
        proto::VoteRequest& bytes = *out->mutable_vote_request();
        bytes.set_pre(value.pre);
        bytes.set_transfer(value.transfer);
        bytes.set_last_index(value.last_index.value);
        bytes.set_last_term(value.last_term.value);
    }
    void operator()(const raft::VoteReply& value) const {
        proto::VoteReply& bytes = *out->mutable_vote_reply();
        bytes.set_pre(value.pre);
        bytes.set_granted(value.granted);
    }
    void operator()(const raft::Append& value) const {
        proto::Append& bytes = *out->mutable_append();
        bytes.set_previous_index(value.previous_index.value);
        bytes.set_previous_term(value.previous_term.value);
        for (const raft::Entry& entry : value.entries) {
            *bytes.add_entries() = to_proto(entry);
        }
        bytes.set_commit(value.commit.value);
        bytes.set_round(value.round);
    }
    void operator()(const raft::AppendReply& value) const {
        proto::AppendReply& bytes = *out->mutable_append_reply();
        bytes.set_accepted(value.accepted);
        bytes.set_match(value.match.value);
        bytes.set_hint(value.hint.value);
        bytes.set_hint_term(value.hint_term.value);
        bytes.set_round(value.round);
    }
    void operator()(const raft::SnapshotPiece& value) const {
        proto::SnapshotPiece& bytes = *out->mutable_snapshot_piece();
        *bytes.mutable_meta() = to_proto(value.meta);
        bytes.set_offset(value.offset);
        bytes.set_last(value.last);
    }
    void operator()(const raft::SnapshotReply& value) const {
        proto::SnapshotReply& bytes = *out->mutable_snapshot_reply();
        bytes.set_index(value.index.value);
        bytes.set_wanted(value.wanted);
        bytes.set_installed(value.installed);
    }
    void operator()(const raft::TimeoutNow&) const { out->mutable_timeout_now(); }
};

raft::VoteRequest from_proto(const proto::VoteRequest& bytes) {
    return {.pre = bytes.pre(),
            .transfer = bytes.transfer(),
            .last_index = LogIndex{bytes.last_index()},
            .last_term = Term{bytes.last_term()}};
}

raft::VoteReply from_proto(const proto::VoteReply& bytes) {
    return {.pre = bytes.pre(), .granted = bytes.granted()};
}

Result<raft::Append> from_proto(const proto::Append& bytes) {
    raft::Append value;
    value.previous_index = LogIndex{bytes.previous_index()};
    value.previous_term = Term{bytes.previous_term()};
    BATON_TRY(value.entries, list_from_proto<raft::Entry>(bytes.entries()));
    value.commit = LogIndex{bytes.commit()};
    value.round = bytes.round();
    return value;
}

raft::AppendReply from_proto(const proto::AppendReply& bytes) {
    return {.accepted = bytes.accepted(),
            .match = LogIndex{bytes.match()},
            .hint = LogIndex{bytes.hint()},
            .hint_term = Term{bytes.hint_term()},
            .round = bytes.round()};
}

Result<raft::SnapshotPiece> from_proto(const proto::SnapshotPiece& bytes) {
    raft::SnapshotPiece value;
    BATON_TRY(value.meta, from_proto(bytes.meta()));
    value.offset = bytes.offset();
    value.last = bytes.last();
    return value;
}

raft::SnapshotReply from_proto(const proto::SnapshotReply& bytes) {
    return {
        .index = LogIndex{bytes.index()}, .wanted = bytes.wanted(), .installed = bytes.installed()};
}

Result<raft::Body> body_from_proto(const proto::RaftMessage& bytes) {
    switch (bytes.body_case()) {
        case proto::RaftMessage::kVoteRequest: return from_proto(bytes.vote_request());
        case proto::RaftMessage::kVoteReply: return from_proto(bytes.vote_reply());
        case proto::RaftMessage::kAppend: return widened<raft::Body>(from_proto(bytes.append()));
        case proto::RaftMessage::kAppendReply: return from_proto(bytes.append_reply());
        case proto::RaftMessage::kSnapshotPiece:
            return widened<raft::Body>(from_proto(bytes.snapshot_piece()));
        case proto::RaftMessage::kSnapshotReply: return from_proto(bytes.snapshot_reply());
        case proto::RaftMessage::kTimeoutNow: return raft::Body{raft::TimeoutNow{}};
        case proto::RaftMessage::BODY_NOT_SET: break;
    }
    return invalid("a consensus message of a kind that this version of baton does not know");
}

}  // namespace

proto::Entry to_proto(const raft::Entry& value) {
    proto::Entry bytes;
    bytes.set_term(value.term.value);
    bytes.set_index(value.index.value);
    bytes.set_kind(number_of(entry_kinds, value.kind));
    bytes.set_payload(value.payload);
    if (value.membership) {
        *bytes.mutable_membership() = to_proto(*value.membership);
    }
    return bytes;
}

Result<raft::Entry> from_proto(const proto::Entry& bytes) {
    raft::Entry value;
    value.term = Term{bytes.term()};
    value.index = LogIndex{bytes.index()};
    BATON_TRY(value.kind, value_of(entry_kinds, bytes.kind(), "entry kind"));
    value.payload = bytes.payload();
    if (bytes.has_membership() != (value.kind == raft::EntryKind::membership)) {
        return invalid("entry " + std::to_string(bytes.index()) +
                       " and its kind disagree on whether it holds a membership");
    }
    if (bytes.has_membership()) {
        BATON_TRY(value.membership, from_proto(bytes.membership()));
    }
    return value;
}

proto::HardState to_proto(const raft::HardState& value) {
    proto::HardState bytes;
    bytes.set_term(value.term.value);
    bytes.set_vote(value.vote.text);
    bytes.set_commit(value.commit.value);
    return bytes;
}

Result<raft::HardState> from_proto(const proto::HardState& bytes) {
    return raft::HardState{.term = Term{bytes.term()},
                           .vote = NodeId{bytes.vote()},
                           .commit = LogIndex{bytes.commit()}};
}

proto::Snapshot to_proto(const raft::Snapshot& value) {
    proto::Snapshot bytes;
    bytes.set_index(value.index.value);
    bytes.set_term(value.term.value);
    *bytes.mutable_membership() = to_proto(value.membership);
    bytes.set_membership_index(value.membership_index.value);
    bytes.set_state(value.state);
    return bytes;
}

Result<raft::Snapshot> from_proto(const proto::Snapshot& bytes) {
    raft::Snapshot value;
    value.index = LogIndex{bytes.index()};
    value.term = Term{bytes.term()};
    BATON_TRY(value.membership, from_proto(bytes.membership()));
    value.membership_index = LogIndex{bytes.membership_index()};
    value.state = bytes.state();
    return value;
}

proto::RaftMessage to_proto(const raft::Message& value) {
    proto::RaftMessage bytes;
    bytes.set_from(value.from.text);
    bytes.set_to(value.to.text);
    bytes.set_term(value.term.value);
    std::visit(BodyWriter{&bytes}, value.body);
    return bytes;
}

Result<raft::Message> from_proto(const proto::RaftMessage& bytes) {
    raft::Message value;
    value.from = NodeId{bytes.from()};
    value.to = NodeId{bytes.to()};
    value.term = Term{bytes.term()};
    BATON_TRY(value.body, body_from_proto(bytes));
    return value;
}

}  // namespace baton::wire
