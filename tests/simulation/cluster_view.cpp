// What a cluster looks like from outside: who agrees on what, who hears whom, and
// what is missing until all is well.
#include "simulation/cluster.hpp"

#include <algorithm>

namespace baton::simulation {

RedisModel& Cluster::server_on(const NodeId& node) {
    RedisModel* server = find_server(node);
    return server == nullptr ? *groups_.front()->servers().begin()->second : *server;
}

const runtime::MemberView* Cluster::agreed_view() {
    const runtime::MemberView* best = nullptr;
    for (const NodeId& name : names_) {
        const SimNode& node = *nodes_.at(name);
        if (!node.agent_runs() || !node.agent()->view().formed) continue;
        const runtime::MemberView& view = node.agent()->view();
        if (best == nullptr || view.applied > best->applied) best = &view;
    }
    return best;
}

std::shared_ptr<const cluster::State> Cluster::agreed_state() {
    const runtime::MemberView* best = agreed_view();
    return best == nullptr ? nullptr : best->state;
}

const cluster::GroupState* Cluster::agreed() {
    const auto state = agreed_state();
    return state == nullptr ? nullptr : state->group(group());
}

NodeId Cluster::primary_node() {
    const cluster::GroupState* group = agreed();
    if (group == nullptr || !group->primary) return {};
    return group->declared.find(group->primary)->node;
}

std::vector<NodeId> Cluster::standby_nodes() {
    std::vector<NodeId> found;
    const NodeId primary = primary_node();
    for (const NodeId& name : names_) {
        if (name != primary) found.push_back(name);
    }
    return found;
}

SimNode* Cluster::leader() {
    SimNode* best = nullptr;
    for (const NodeId& name : names_) {
        SimNode& node = *nodes_.at(name);
        if (!node.agent_runs()) continue;
        const raft::Status& raft = node.agent()->view().raft;
        if (raft.role != raft::Role::leader) continue;
        if (best == nullptr || raft.term > best->agent()->view().raft.term) best = &node;
    }
    return best;
}

/// An agent with an emptied directory takes no part until it is admitted: what
/// its server holds is known to nobody.
bool Cluster::in_contact(const NodeId& a, const NodeId& b) {
    const auto found = nodes_.find(b);
    if (found == nodes_.end()) return false;
    const SimNode& other = *found->second;
    const bool takes_part = other.agent_runs() && other.agent()->view().formed;
    return takes_part && (a == b || network_.open_both(a, b));
}

/// Of the voters that it knows, which is what its lease is renewed by.
bool Cluster::in_majority(const NodeId& node) {
    if (!in_contact(node, node)) return false;
    const auto& voters = nodes_.at(node)->agent()->view().raft.membership.voters;
    const auto reached =
        std::ranges::count_if(voters, [&](const NodeId& other) { return in_contact(node, other); });
    return static_cast<std::size_t>(reached) * 2 > voters.size();
}

/// Whether another voter hears whomever the leader hears, and more, so that it is to
/// lead. An operator may want it to lead nothing.
bool Cluster::misplaced(const SimNode& leader, const cluster::State& state) {
    const auto& voters = leader.agent()->view().raft.membership.voters;
    return std::ranges::any_of(voters, [&](const NodeId& better) {
        if (better == leader.id() || state.duty_of(better) != cluster::Duty::active) return false;
        bool more = false;
        for (const NodeId& each : voters) {
            const bool led = in_contact(leader.id(), each);
            if (led && !in_contact(better, each)) return false;
            more = more || (!led && in_contact(better, each));
        }
        return more;
    });
}

/// What an operator fenced is there for nobody, and nobody for a leader that does not
/// hear it and rightly leads.
void Cluster::note_contact() {
    const auto state = agreed_state();
    const SimNode* first = leader();
    const bool any = first == nullptr || state == nullptr || misplaced(*first, *state);
    for (const NodeId& name : names_) {
        const bool majority = in_majority(name);
        const bool fenced = state != nullptr && state->duty_of(name) == cluster::Duty::fenced;
        const bool heard = any || in_contact(first->id(), name);
        for (const auto& group : groups_) {
            group->contact(name, majority, !network_.disturbed() && !fenced && heard);
        }
    }
}

std::string Cluster::unsteady_because() {
    SimNode* first = leader();
    if (first == nullptr) return "no leader";
    const runtime::MemberView& view = first->agent()->view();
    if (!view.formed || !view.raft.quorum_active) return "the leader has no quorum";
    if (!members_complete()) return "the membership is not complete";
    for (const auto& group : groups_) {
        if (view.state->group(group->id()) == nullptr) continue;
        const std::string why = unsteady_because(*group, *view.state);
        if (!why.empty()) return why;
    }
    return {};
}

std::string Cluster::unsteady_because(SimGroup& group, const cluster::State& all) {
    const cluster::GroupState& state = *all.group(group.id());
    if (state.phase != cluster::Phase::steady) {
        return group.id().text + " is " + std::string(cluster::name_of(state.phase)) +
               (state.decisions.empty() ? "" : ", last rule " + state.decisions.back().rule);
    }
    for (const auto& [name, declared] : all.nodes) {
        if (!has(name)) return name.text + " has no machine";
        SimNode& node = *nodes_.at(name);
        if (!node.agent_runs()) return "the agent of " + name.text + " does not run";
        const bool serves = node.machine().front().writer(group.id()) == state.primary;
        if (!serves && state.declared.fronted_on(name)) {
            return "the front of " + name.text + " does not serve " + state.primary.text;
        }
    }
    for (const cluster::Instance& each : state.declared.instances) {
        const std::string why = unwell_because(each, group, state.primary);
        if (!why.empty()) return why;
    }
    if (group.history().last_front_acknowledgement() + milliseconds{500} < world_.now()) {
        return "no write was acknowledged through a front lately";
    }
    return {};
}

std::string Cluster::unwell_because(const cluster::Instance& declared, SimGroup& group,
                                    const InstanceId& primary) {
    const RedisModel* server = group.server_on(declared.node);
    const bool well =
        server != nullptr &&
        (declared.id == primary ? server->is_primary() && !server->frozen() : server->in_sync());
    return well ? "" : declared.id.text + " is not well";
}

bool Cluster::members_complete() {
    SimNode* first = leader();
    if (first == nullptr || !first->agent()->view().formed) return false;
    const runtime::MemberView& view = first->agent()->view();
    if (!view.raft.quorum_active) return false;
    return std::ranges::all_of(view.state->nodes, [&](const auto& item) {
        const cluster::NodeState& node = item.second;
        const auto directory = directories_.find(item.first);
        return node.replacing.value == 0 && node.duty != cluster::Duty::leaving &&
               directory != directories_.end() && node.incarnation == directory->second &&
               view.raft.membership.is_voter(item.first);
    });
}

std::uint64_t Cluster::lost_writes() {
    return groups_.front()->lost(server_on(primary_node()), [](const WriteRecord& each) {
        return each.outcome == Outcome::acknowledged;
    });
}

std::uint64_t Cluster::lost_confirmed_writes() {
    return groups_.front()->lost(server_on(primary_node()),
                                 [](const WriteRecord& each) { return each.confirmed; });
}

}  // namespace baton::simulation
