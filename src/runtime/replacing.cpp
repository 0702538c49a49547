#include "runtime/replacing.hpp"

#include <algorithm>
#include <utility>

namespace baton::runtime {

namespace {

/// A learner this close to the leader's commit index has caught up; the core
/// checks the same before it gives a vote.
constexpr std::uint64_t entries_behind_max = 100;
/// A directory that has been silent for longer may be gone.
constexpr Duration stranger_heard_max = std::chrono::seconds{1};

cluster::ReplacementFacts facts_of(const raft::Status& status, const NodeId& node,
                                   const cluster::NodeState& state,
                                   const std::map<NodeId, cluster::NodeReport>& reports) {
    const auto& learners = status.membership.learners;
    const auto report = reports.find(node);
    cluster::ReplacementFacts facts;
    facts.quorum = status.quorum_active;
    facts.declared_voter = state.declared.voter;
    facts.votes = status.membership.is_voter(node);
    facts.learns = std::ranges::find(learners, node) != learners.end();
    facts.settled = status.membership_committed;
    facts.known = state.incarnation == state.replacing;
    facts.caught_up = report != reports.end() && report->second.incarnation == state.replacing &&
                      report->second.applied.value + entries_behind_max >= status.commit.value;
    return facts;
}

raft::Membership moved(raft::Membership membership, const NodeId& node, bool votes) {
    std::erase(membership.voters, node);
    std::erase(membership.learners, node);
    (votes ? membership.voters : membership.learners).push_back(node);
    return membership;
}

}  // namespace

Replacing::Replacing(Consensus& consensus, Propose propose_membership, Emit emit)
    : consensus_(consensus),
      propose_membership_(std::move(propose_membership)),
      emit_(std::move(emit)) {}

void Replacing::role_changed() {
    proposing_ = false;
    told_.clear();
}

void Replacing::turn(const std::map<NodeId, cluster::NodeReport>& reports,
                     const std::map<NodeId, cluster::Stranger>& strangers, Instant now) {
    if (!consensus_.is_leader()) return;
    const auto state = consensus_.shared_state();
    for (const auto& [node, each] : state->nodes) {
        if (proposing_) return;
        if (each.duty == cluster::Duty::leaving) continue;
        if (each.replacing.value != 0) {
            turn_node(node, each, reports);
            continue;
        }
        const auto stranger = strangers.find(node);
        const bool first = each.incarnation.value == 0 && stranger != strangers.end() &&
                           now - stranger->second.heard <= stranger_heard_max;
        if (first) let_in(node, stranger->second);
    }
}

/// A node that never had a directory has nothing to be replaced: the first one
/// that comes in its name is its own, as when the cluster was formed.
void Replacing::let_in(const NodeId& node, const cluster::Stranger& stranger) {
    proposing_ = true;
    consensus_.propose(cluster::ReplaceNode{node, stranger.incarnation, "its first start", 0},
                       [this](const Result<cluster::EntryReference>&) { proposing_ = false; });
}

void Replacing::turn_node(const NodeId& node, const cluster::NodeState& state,
                          const std::map<NodeId, cluster::NodeReport>& reports) {
    const cluster::Replacement next =
        cluster::next_step(facts_of(consensus_.status(), node, state, reports));
    const std::string why{next.why};
    if (std::exchange(told_[node], why) != why) {
        emit_(Event{Severity::info,
                    "node.replacing",
                    "node " + node.text + " joins with its new data directory: " + why,
                    {{"node", node.text}, {"step", std::string(cluster::name_of(next.step))}}});
    }
    propose(node, state, next.step);
}

void Replacing::propose(const NodeId& node, const cluster::NodeState& state,
                        cluster::ReplacementStep step) {
    const auto proposed = [this](const Result<cluster::EntryReference>&) { proposing_ = false; };
    const raft::Membership present = consensus_.status().membership;
    switch (step) {
        case cluster::ReplacementStep::wait: return;
        case cluster::ReplacementStep::make_learner:
            proposing_ = true;
            return propose_membership_(moved(present, node, false), proposed);
        case cluster::ReplacementStep::admit:
            proposing_ = true;
            return consensus_.propose(
                cluster::AdmitIncarnation{node, state.replacing, "node replace"}, proposed);
        case cluster::ReplacementStep::make_voter:
            proposing_ = true;
            return propose_membership_(moved(present, node, true), proposed);
        case cluster::ReplacementStep::end:
            proposing_ = true;
            return consensus_.propose(cluster::EndReplacement{node, state.replacing}, proposed);
    }
}

}  // namespace baton::runtime
