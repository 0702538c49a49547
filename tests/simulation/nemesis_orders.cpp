// What operators may want while other things go wrong.
#include "simulation/nemesis.hpp"

namespace baton::simulation {

namespace {

Fault declaration(Change change, const NodeId& node, std::uint64_t number) {
    Fault fault = fault_on(node, FaultKind::declare);
    fault.change = change;
    fault.number = number;
    return fault;
}

}  // namespace

std::optional<Fault> Nemesis::ask_switchover() {
    Fault fault = fault_on(NodeId{}, FaultKind::ask_switchover);
    if (random_.one_in(2)) fault.other = any_node();
    return fault;
}

std::optional<Fault> Nemesis::ask_failover() {
    Fault fault = fault_on(NodeId{}, FaultKind::ask_failover);
    if (random_.one_in(2)) fault.other = any_node();
    fault.consent = random_.one_in(3);
    return fault;
}

std::optional<Fault> Nemesis::pause_or_resume() {
    const cluster::GroupState* group = cluster_.agreed();
    const bool paused = group != nullptr && group->paused;
    const bool resume = random_.below(3) < (paused ? 2 : 1);
    return fault_on(NodeId{}, resume ? FaultKind::resume_group : FaultKind::pause_group);
}

/// Who does everything is told to do less, and the other way round, as a rule.
std::optional<Fault> Nemesis::change_duty() {
    const auto state = cluster_.agreed_state();
    const NodeId node = likely_primary();
    const bool active = state == nullptr || state->duty_of(node) == cluster::Duty::active;
    const bool rejoin = random_.below(4) < (active ? 1 : 3);
    const FaultKind less = random_.one_in(2) ? FaultKind::drain_node : FaultKind::fence_node;
    Fault fault = fault_on(node, rejoin ? FaultKind::rejoin_node : less);
    fault.consent = random_.one_in(2);
    return fault;
}

std::optional<Fault> Nemesis::restart_node() {
    Fault fault = fault_on(any_node(), FaultKind::restart_node);
    fault.consent = random_.one_in(2);
    return fault;
}

std::optional<Fault> Nemesis::reinit_standby() {
    return fault_on(any_node(), FaultKind::reinit_standby);
}

std::optional<Fault> Nemesis::pass_leadership() {
    return fault_on(any_node(), FaultKind::pass_leadership);
}

std::optional<Fault> Nemesis::compact_log() {
    return fault_on(any_node(), FaultKind::compact_log);
}

std::optional<Fault> Nemesis::declare_groups() {
    const bool less = random_.one_in(3);
    return declaration(less ? Change::remove_group : Change::add_group, NodeId{},
                       less ? 0 : 1 + random_.below(3));
}

std::optional<Fault> Nemesis::declare_instances() {
    const NodeId node = any_node();
    const RedisModel* server = cluster_.find_server(node);
    const bool less = server != nullptr && server->alive() && random_.below(4) < 3;
    return declaration(less ? Change::remove_instance : Change::add_instance, node, 0);
}

std::optional<Fault> Nemesis::declare_settings() {
    const NodeId node = any_node();
    switch (random_.below(9)) {
        case 0:
        case 1: return declaration(Change::durability, NodeId{}, 1);
        case 2: return declaration(Change::durability, NodeId{}, 0);
        case 3:
        case 4: return declaration(Change::acknowledgements, NodeId{}, 1 + random_.below(2));
        case 5: return declaration(Change::priority, node, 50 * random_.below(4));
        case 6:
        case 7: return declaration(Change::load_balance, node, random_.below(2));
        default: return declaration(Change::lease, NodeId{}, 400 + 100 * random_.below(5));
    }
}

std::optional<Fault> Nemesis::add_node() {
    const NodeId fresh = cluster_.unused_name();
    if (!fresh) return std::nullopt;
    return fault_on(fresh, FaultKind::add_node);
}

std::optional<Fault> Nemesis::remove_node() {
    return fault_on(any_node(), FaultKind::remove_node);
}

}  // namespace baton::simulation
