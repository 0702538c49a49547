#include "scenarios/raft/cluster.hpp"

#include <string>
#include <variant>

namespace baton::raft::test {
namespace {

std::string number(auto value) {
    return std::to_string(value.value);
}
std::string at(LogIndex index, Term term) {
    return number(index) + "@" + number(term);
}

std::string describe(const VoteRequest& request) {
    return std::string(request.pre ? "would you vote for me?" : "vote for me") +
           (request.transfer ? " (the leader asks)" : "") + " log ends " +
           at(request.last_index, request.last_term);
}

std::string describe(const VoteReply& reply) {
    return std::string(reply.pre ? "pre-vote " : "vote ") + (reply.granted ? "granted" : "refused");
}

std::string describe(const Append& append) {
    std::string text = "append after " + at(append.previous_index, append.previous_term) + " [";
    for (const Entry& entry : append.entries) {
        text += (text.back() == '[' ? "" : " ") + at(entry.index, entry.term);
    }
    return text + "] commit " + number(append.commit);
}

std::string describe(const AppendReply& reply) {
    const std::string mute = reply.round == 0 ? " (not to be counted)" : "";
    return (reply.accepted ? "accepted up to " + number(reply.match)
                           : "rejected, try " + at(reply.hint, reply.hint_term)) +
           mute;
}

std::string describe(const SnapshotPiece& piece) {
    return "snapshot " + at(piece.meta.index, piece.meta.term) + " bytes " +
           std::to_string(piece.offset) + "+" + std::to_string(piece.meta.state.size()) +
           (piece.last ? " last" : "");
}

std::string describe(const SnapshotReply& reply) {
    return "snapshot " + number(reply.index) +
           (reply.installed ? " installed" : " wanted from " + std::to_string(reply.wanted));
}

std::string describe(const TimeoutNow& /*body*/) {
    return "campaign now";
}

}  // namespace

std::string describe(const Message& message) {
    return message.from.text + " -> " + message.to.text + " term " + number(message.term) + ": " +
           std::visit([](const auto& body) { return describe(body); }, message.body);
}

std::string describe(const Membership& membership) {
    std::string text = "voters";
    for (const NodeId& node : membership.voters) {
        text += " " + node.text;
    }
    text += membership.learners.empty() ? "" : " learners";
    for (const NodeId& node : membership.learners) {
        text += " " + node.text;
    }
    return text;
}

std::string describe(Role role) {
    switch (role) {
        case Role::follower: return "follower";
        case Role::pre_candidate: return "pre-candidate";
        case Role::candidate: return "candidate";
        case Role::leader: return "leader";
    }
    return "";
}

}  // namespace baton::raft::test
