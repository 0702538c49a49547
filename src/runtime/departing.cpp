#include "runtime/departing.hpp"

#include <algorithm>
#include <utility>

namespace baton::runtime {

namespace {

cluster::DepartureFacts facts_of(const raft::Status& status, const cluster::State& state,
                                 const NodeId& node) {
    cluster::DepartureFacts facts;
    facts.quorum = status.quorum_active;
    facts.settled = status.membership_committed;
    facts.leads = status.leader == node;
    facts.member = status.membership.is_member(node);
    facts.bound = !cluster::bound_to(state, node).empty();
    return facts;
}

raft::Membership without(raft::Membership membership, const NodeId& node) {
    std::erase(membership.voters, node);
    std::erase(membership.learners, node);
    return membership;
}

}  // namespace

Departing::Departing(Consensus& consensus, Propose propose_membership, Emit emit)
    : consensus_(consensus),
      propose_membership_(std::move(propose_membership)),
      emit_(std::move(emit)) {}

void Departing::role_changed() {
    proposing_ = false;
    told_.clear();
}

void Departing::turn() {
    if (!consensus_.is_leader()) return;
    const auto state = consensus_.shared_state();
    for (const auto& [node, each] : state->nodes) {
        if (proposing_) return;
        if (each.duty == cluster::Duty::leaving) turn_node(node);
    }
}

void Departing::turn_node(const NodeId& node) {
    const raft::Status status = consensus_.status();
    const cluster::Departure next = cluster::next_step(facts_of(status, consensus_.state(), node));
    const std::string why{next.why};
    if (std::exchange(told_[node], why) != why) {
        emit_(Event{Severity::info,
                    "node.leaving",
                    "node " + node.text + " leaves: " + why,
                    {{"node", node.text}}});
    }
    const auto proposed = [this](const Result<cluster::EntryReference>&) { proposing_ = false; };
    switch (next.step) {
        case cluster::DepartureStep::wait: return;
        case cluster::DepartureStep::leave:
            proposing_ = true;
            return propose_membership_(without(status.membership, node), proposed);
        case cluster::DepartureStep::forget:
            proposing_ = true;
            return consensus_.propose(cluster::ForgetNode{node}, proposed);
    }
}

}  // namespace baton::runtime
