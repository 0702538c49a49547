#include "simulation/nemesis.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace baton::simulation {

std::string_view name_of(Theme theme) {
    switch (theme) {
        case Theme::agents: return "agents";
        case Theme::servers: return "servers";
        case Theme::network: return "network";
        case Theme::disks: return "disks";
        case Theme::machines: return "machines";
        case Theme::members: return "members";
        case Theme::operators: return "operators";
        case Theme::changes: return "changes";
        case Theme::everything: return "everything";
    }
    return "everything";
}

std::span<const Nemesis::Draw> Nemesis::choices() const {
    using N = Nemesis;
    static constexpr std::array<Draw, 2> agents{&N::kill_agent, &N::roll_agents};
    static constexpr std::array<Draw, 6> servers{&N::kill_server,     &N::freeze_server,
                                                 &N::kill_front,      &N::slow_replication,
                                                 &N::attach_stranger, &N::ask_switchover};
    static constexpr std::array<Draw, 7> network{
        &N::isolate_node, &N::isolate_one_way,   &N::cut_pair,        &N::delay_packets,
        &N::lose_packets, &N::reset_connections, &N::slow_replication};
    static constexpr std::array<Draw, 5> disks{&N::stall_disk, &N::stall_disk, &N::hang_server,
                                               &N::kill_agent, &N::kill_server};
    static constexpr std::array<Draw, 4> machines{&N::crash_node, &N::pause_machine, &N::kill_agent,
                                                  &N::kill_server};
    static constexpr std::array<Draw, 10> members{
        &N::replace_directory, &N::replace_directory, &N::replace_directory, &N::pass_leadership,
        &N::kill_leader,       &N::kill_agent,        &N::crash_node,        &N::isolate_node,
        &N::isolate_one_way,   &N::cut_pair};
    static constexpr std::array<Draw, 15> operators{
        &N::ask_switchover, &N::ask_switchover, &N::ask_failover,   &N::pause_or_resume,
        &N::change_duty,    &N::change_duty,    &N::restart_node,   &N::reinit_standby,
        &N::compact_log,    &N::kill_server,    &N::freeze_server,  &N::kill_agent,
        &N::crash_node,     &N::isolate_node,   &N::isolate_one_way};
    static constexpr std::array<Draw, 17> changes{
        &N::declare_groups,   &N::declare_instances, &N::declare_instances, &N::declare_settings,
        &N::declare_settings, &N::add_node,          &N::add_node,          &N::remove_node,
        &N::remove_node,      &N::ask_switchover,    &N::kill_leader,       &N::kill_server,
        &N::kill_agent,       &N::crash_node,        &N::isolate_node,      &N::cut_pair,
        &N::attach_stranger};
    static constexpr std::array<Draw, 28> everything{
        &N::kill_server,       &N::freeze_server,     &N::kill_front,     &N::kill_agent,
        &N::freeze_agent,      &N::roll_agents,       &N::crash_node,     &N::pause_machine,
        &N::isolate_node,      &N::isolate_one_way,   &N::cut_pair,       &N::delay_packets,
        &N::lose_packets,      &N::reset_connections, &N::stall_disk,     &N::slow_replication,
        &N::replace_directory, &N::ask_switchover,    &N::ask_failover,   &N::pause_or_resume,
        &N::change_duty,       &N::restart_node,      &N::reinit_standby, &N::declare_instances,
        &N::declare_settings,  &N::add_node,          &N::remove_node,    &N::attach_stranger};
    switch (theme_) {
        case Theme::agents: return agents;
        case Theme::servers: return servers;
        case Theme::network: return network;
        case Theme::disks: return disks;
        case Theme::machines: return machines;
        case Theme::members: return members;
        case Theme::operators: return operators;
        case Theme::changes: return changes;
        case Theme::everything: return everything;
    }
    return everything;
}

void Nemesis::run_until(Instant end) {
    World& world = cluster_.world();
    const bool gentle = theme_ == Theme::agents;
    while (world.now() < end && world.broken().empty()) {
        strike();
        if (!gentle && random_.one_in(3)) strike();
        const Duration rest = gentle ? random_.between(milliseconds{600}, milliseconds{1500})
                                     : random_.between(milliseconds{100}, milliseconds{3000});
        if (!cluster_.run_for(std::min(rest, end - world.now()))) return;
    }
    sabotage_.repair();
}

void Nemesis::replay(const Schedule& schedule, Instant end) {
    World& world = cluster_.world();
    for (const Fault& fault : schedule) {
        const Instant when = std::min(fault.at, end);
        if (world.now() < when && !cluster_.run_for(when - world.now())) return;
        carry_out(fault);
    }
    if (world.now() < end && !cluster_.run_for(end - world.now())) return;
    sabotage_.repair();
}

void Nemesis::strike() {
    const auto all = choices();
    std::optional<Fault> fault = (this->*all[random_.below(all.size())])();
    if (!fault) return;
    fault->at = cluster_.world().now();
    carry_out(*fault);
    // Agents alone change nothing if they die one at a time.
    if (fault->kind != FaultKind::roll_agents || theme_ != Theme::agents) return;
    static_cast<void>(cluster_.run_for(roll_pause * cluster_.names().size()));
}

void Nemesis::carry_out(Fault fault) {
    if (told_) told_(fault);
    sabotage_.carry_out(fault);
    struck_.push_back(std::move(fault));
}

NodeId Nemesis::any_node() {
    const auto& names = cluster_.names();
    return names[random_.below(names.size())];
}

NodeId Nemesis::likely_primary() {
    const NodeId primary = cluster_.primary_node();
    return primary && random_.below(3) < 2 ? primary : any_node();
}

std::optional<Fault> Nemesis::kill_server() {
    return fault_on(likely_primary(), FaultKind::kill_server);
}

std::optional<Fault> Nemesis::freeze_server() {
    const NodeId node = likely_primary();
    const RedisModel* server = cluster_.find_server(node);
    if (server == nullptr || !server->alive()) return std::nullopt;
    const Duration most = random_.one_in(3) ? seconds{7} : seconds{1};
    return fault_on(node, FaultKind::freeze_server, up_to(most));
}

std::optional<Fault> Nemesis::kill_front() {
    return fault_on(any_node(), FaultKind::kill_front);
}

std::optional<Fault> Nemesis::kill_agent() {
    return fault_on(any_node(), FaultKind::kill_agent);
}

std::optional<Fault> Nemesis::kill_leader() {
    const SimNode* leader = cluster_.leader();
    if (leader == nullptr) return std::nullopt;
    return fault_on(leader->id(), FaultKind::kill_agent);
}

std::optional<Fault> Nemesis::freeze_agent() {
    const NodeId node = likely_primary();
    return fault_on(node, FaultKind::freeze_agent, up_to(seconds{3}));
}

std::optional<Fault> Nemesis::roll_agents() {
    return fault_on(NodeId{}, FaultKind::roll_agents);
}

std::optional<Fault> Nemesis::crash_node() {
    const NodeId node = likely_primary();
    if (!cluster_.node(node.text).machine().on()) return std::nullopt;
    return fault_on(node, FaultKind::crash_node, up_to(seconds{4}));
}

std::optional<Fault> Nemesis::pause_machine() {
    const NodeId node = likely_primary();
    return fault_on(node, FaultKind::pause_machine, up_to(milliseconds{100}));
}

std::optional<Fault> Nemesis::isolate_node() {
    const NodeId node = likely_primary();
    return fault_on(node, FaultKind::isolate, up_to(seconds{4}));
}

std::optional<Fault> Nemesis::isolate_one_way() {
    Fault fault = fault_on(likely_primary(), FaultKind::isolate);
    fault.direction = random_.one_in(2) ? Direction::outward : Direction::inward;
    fault.time = up_to(seconds{4});
    return fault;
}

std::optional<Fault> Nemesis::cut_pair() {
    Fault fault = fault_on(any_node(), FaultKind::cut_pair);
    fault.other = any_node();
    if (fault.node == fault.other) return std::nullopt;
    fault.direction = random_.one_in(2) ? Direction::both : Direction::outward;
    fault.time = up_to(seconds{4});
    return fault;
}

std::optional<Fault> Nemesis::delay_packets() {
    Fault fault = fault_on(NodeId{}, FaultKind::delay_packets);
    fault.delay = up_to(milliseconds{random_.one_in(4) ? 400 : 60});
    fault.time = up_to(seconds{3});
    return fault;
}

std::optional<Fault> Nemesis::lose_packets() {
    Fault fault = fault_on(NodeId{}, FaultKind::lose_packets);
    fault.one_in = 2 + random_.below(20);
    fault.time = up_to(seconds{3});
    return fault;
}

std::optional<Fault> Nemesis::reset_connections() {
    return fault_on(any_node(), FaultKind::reset_connections);
}

std::optional<Fault> Nemesis::stall_disk() {
    const NodeId node = likely_primary();
    return fault_on(node, FaultKind::stall_disk, up_to(seconds{2}));
}

std::optional<Fault> Nemesis::hang_server() {
    return fault_on(likely_primary(), FaultKind::hang_server, up_to(seconds{6}));
}

std::optional<Fault> Nemesis::slow_replication() {
    Fault fault = fault_on(likely_primary(), FaultKind::slow_replication);
    fault.delay = up_to(milliseconds{200});
    fault.time = up_to(seconds{3});
    return fault;
}

std::optional<Fault> Nemesis::attach_stranger() {
    return fault_on(likely_primary(), FaultKind::attach_stranger, up_to(seconds{6}));
}

std::optional<Fault> Nemesis::replace_directory() {
    return fault_on(any_node(), FaultKind::replace_directory);
}

}  // namespace baton::simulation
