#include "simulation/sabotage.hpp"

#include "core/lease/closing.hpp"

#include <algorithm>
#include <utility>

namespace baton::simulation {

namespace {

/// The kernel's timers stand still while their machine does, and several pauses
/// may meet one lease: together they stay within the kernel's margin. A prompt
/// guard has a longer one.
constexpr Duration pause_max_with_kernel = lease::kernel_margin / 5;

std::string in_milliseconds(Duration time) {
    return std::to_string(whole_milliseconds(time)) + " ms";
}

}  // namespace

void Sabotage::carry_out(const Fault& fault) {
    // Only what is to be added need not be there.
    const bool named = fault.node && fault.kind != FaultKind::add_node;
    if (named && !cluster_.has(fault.node)) return;
    switch (fault.kind) {
        case FaultKind::kill_server: return kill_server(fault);
        case FaultKind::freeze_server: return freeze_server(fault);
        case FaultKind::kill_front: return kill_front(fault);
        case FaultKind::kill_agent: return kill_agent(fault);
        case FaultKind::freeze_agent: return freeze_agent(fault);
        case FaultKind::roll_agents: return roll_agents();
        case FaultKind::crash_node: return crash_node(fault);
        case FaultKind::pause_machine: return pause_machine(fault);
        case FaultKind::isolate: return isolate(fault);
        case FaultKind::cut_pair: return cut_pair(fault);
        case FaultKind::delay_packets: return delay_packets(fault);
        case FaultKind::lose_packets: return lose_packets(fault);
        case FaultKind::reset_connections: return reset_connections(fault);
        case FaultKind::stall_disk: return stall_disk(fault);
        case FaultKind::hang_server: return hang_server(fault);
        case FaultKind::slow_replication: return slow_replication(fault);
        case FaultKind::attach_stranger: return attach_stranger(fault);
        case FaultKind::replace_directory: return replace_directory(fault);
        case FaultKind::ask_switchover:
        case FaultKind::ask_failover:
        case FaultKind::pause_group:
        case FaultKind::resume_group:
        case FaultKind::drain_node:
        case FaultKind::fence_node:
        case FaultKind::rejoin_node:
        case FaultKind::restart_node:
        case FaultKind::reinit_standby:
        case FaultKind::pass_leadership:
        case FaultKind::compact_log:
        case FaultKind::declare:
        case FaultKind::add_node:
        case FaultKind::remove_node: return give_order(fault);
    }
}

void Sabotage::repair() {
    tell("everything is repaired");
    *active_ = false;
    cluster_.network().heal_all();
    cluster_.network().calm();
    for (const NodeId& name : cluster_.names()) {
        SimNode& node = cluster_.node(name.text);
        node.resume();
        node.boot();
        node.thaw_agent();
        RedisModel* server = cluster_.find_server(name);
        if (server == nullptr) continue;
        node.machine().release(server->id().text);
        server->thaw();
        server->slow_replication(Duration{0});
    }
    stranger_->kill();
    operator_.settle();
}

void Sabotage::later(Duration pause, std::function<void()> action) {
    cluster_.world().after(pause, [active = active_, action = std::move(action)] {
        if (*active) action();
    });
}

void Sabotage::tell(const std::string& text) {
    cluster_.world().note("nemesis", text);
}

void Sabotage::kill_server(const Fault& fault) {
    const RedisModel* server = server_of(fault);
    if (server == nullptr) return;
    tell("kills " + server->id().text);
    node_of(fault).machine().kill(server->id().text);
}

void Sabotage::freeze_server(const Fault& fault) {
    RedisModel* server = server_of(fault);
    if (server == nullptr || !server->alive()) return;
    tell("freezes " + server->id().text + " for " + in_milliseconds(fault.time));
    server->freeze();
    later(fault.time, [this, server, machine = &node_of(fault).machine()] {
        tell("thaws " + server->id().text);
        if (!machine->hangs(server->id().text)) server->thaw();
    });
}

void Sabotage::kill_front(const Fault& fault) {
    tell("kills the front of " + fault.node.text);
    if (node_of(fault).machine().on()) node_of(fault).machine().kill("front");
}

void Sabotage::kill_agent(const Fault& fault) {
    tell("kills the agent of " + fault.node.text);
    if (node_of(fault).machine().on()) node_of(fault).kill_agent(true);
}

void Sabotage::freeze_agent(const Fault& fault) {
    SimNode& node = node_of(fault);
    tell("freezes the agent of " + fault.node.text + " for " + in_milliseconds(fault.time));
    node.freeze_agent();
    later(fault.time, [this, &node] {
        tell("thaws the agent of " + node.id().text);
        node.thaw_agent();
    });
}

void Sabotage::roll_agents() {
    tell("restarts all agents, one after the other");
    Duration pause{0};
    for (const NodeId& name : cluster_.names()) {
        later(pause, [this, name] {
            if (cluster_.node(name.text).machine().on()) cluster_.node(name.text).kill_agent(true);
        });
        pause += roll_pause;
    }
}

void Sabotage::crash_node(const Fault& fault) {
    SimNode& node = node_of(fault);
    if (!node.machine().on()) return;
    tell("crashes " + fault.node.text + " for " + in_milliseconds(fault.time));
    node.crash();
    later(fault.time, [this, &node] {
        tell("boots " + node.id().text);
        node.boot();
    });
}

void Sabotage::pause_machine(const Fault& fault) {
    SimNode& node = node_of(fault);
    const Duration time =
        cluster_.setup().kernel_leases ? std::min(fault.time, pause_max_with_kernel) : fault.time;
    tell("pauses the machine of " + fault.node.text);
    node.pause();
    later(time, [&node] { node.resume(); });
}

void Sabotage::isolate(const Fault& fault) {
    const NodeId& name = fault.node;
    if (fault.direction == Direction::both) {
        tell("isolates " + name.text);
    } else {
        const bool outward = fault.direction == Direction::outward;
        tell("drops packets " + std::string(outward ? "from " : "to ") + name.text);
    }
    for (const NodeId& other : cluster_.names()) {
        if (other == name) continue;
        if (fault.direction != Direction::inward) cluster_.network().cut(name, other);
        if (fault.direction != Direction::outward) cluster_.network().cut(other, name);
    }
    later(fault.time, [this] {
        tell("heals all cuts");
        cluster_.network().heal_all();
    });
}

void Sabotage::cut_pair(const Fault& fault) {
    const bool both = fault.direction == Direction::both;
    tell("cuts " + fault.node.text + (both ? " and " : " to ") + fault.other.text);
    cluster_.network().cut(fault.node, fault.other);
    if (both) cluster_.network().cut(fault.other, fault.node);
    later(fault.time, [this, from = fault.node, to = fault.other] {
        tell("heals " + from.text + " and " + to.text);
        cluster_.network().heal(from, to);
        cluster_.network().heal(to, from);
    });
}

void Sabotage::delay_packets(const Fault& fault) {
    tell("delays packets by up to " + in_milliseconds(fault.delay));
    cluster_.network().disturb(fault.delay, 0);
    later(fault.time, [this] { cluster_.network().calm(); });
}

void Sabotage::lose_packets(const Fault& fault) {
    tell("loses one packet in " + std::to_string(fault.one_in));
    cluster_.network().disturb(Duration{0}, fault.one_in);
    later(fault.time, [this] { cluster_.network().calm(); });
}

void Sabotage::reset_connections(const Fault& fault) {
    tell("resets the connections of " + fault.node.text);
    cluster_.board().reset(fault.node);
}

void Sabotage::stall_disk(const Fault& fault) {
    tell("stalls the disk of " + fault.node.text + " for " + in_milliseconds(fault.time));
    node_of(fault).disk().stall_until(cluster_.world().now() + fault.time);
}

void Sabotage::hang_server(const Fault& fault) {
    const RedisModel* server = server_of(fault);
    if (server == nullptr || !server->alive()) return;
    stall_disk(fault);
    Machine& machine = node_of(fault).machine();
    machine.hang(server->id().text);
    later(fault.time, [&machine, name = server->id().text] { machine.release(name); });
}

void Sabotage::slow_replication(const Fault& fault) {
    RedisModel* server = server_of(fault);
    if (server == nullptr) return;
    tell("slows the replication of " + server->id().text);
    server->slow_replication(fault.delay);
    later(fault.time, [server] { server->slow_replication(Duration{0}); });
}

void Sabotage::attach_stranger(const Fault& fault) {
    const RedisModel* server = server_of(fault);
    if (server == nullptr) return;
    tell("has a stranger copy " + server->id().text + " for " + in_milliseconds(fault.time));
    stranger_->copy_as_stranger(server->endpoint());
    later(fault.time, [this] { stranger_->kill(); });
}

/// One directory at a time: two lost ones of three are more than a cluster
/// promises to survive.
void Sabotage::replace_directory(const Fault& fault) {
    SimNode& node = node_of(fault);
    if (!node.machine().on() || node.machine().paused() || cluster_.replacing()) return;
    if (!cluster_.members_complete()) return;
    tell("empties the directory of " + fault.node.text);
    cluster_.replace_directory(fault.node);
}

void Sabotage::give_order(const Fault& fault) {
    tell("has an operator order " + std::string(name_of(fault.kind)));
    operator_.carry_out(fault);
}

}  // namespace baton::simulation
