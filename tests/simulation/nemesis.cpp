#include "simulation/nemesis.hpp"

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
        case Theme::everything: return "everything";
    }
    return "everything";
}

std::span<const Nemesis::Fault> Nemesis::choices() const {
    using N = Nemesis;
    static constexpr std::array<Fault, 2> agents{&N::kill_agent, &N::roll_agents};
    static constexpr std::array<Fault, 5> servers{&N::kill_server, &N::freeze_server,
                                                  &N::kill_front, &N::slow_replication,
                                                  &N::ask_switchover};
    static constexpr std::array<Fault, 7> network{
        &N::isolate_node, &N::isolate_one_way,   &N::cut_pair,        &N::delay_packets,
        &N::lose_packets, &N::reset_connections, &N::slow_replication};
    static constexpr std::array<Fault, 4> disks{&N::stall_disk, &N::stall_disk, &N::kill_agent,
                                                &N::kill_server};
    static constexpr std::array<Fault, 4> machines{&N::crash_node, &N::pause_machine,
                                                   &N::kill_agent, &N::kill_server};
    static constexpr std::array<Fault, 10> members{
        &N::replace_directory, &N::replace_directory, &N::replace_directory, &N::pass_leadership,
        &N::kill_leader,       &N::kill_agent,        &N::crash_node,        &N::isolate_node,
        &N::isolate_one_way,   &N::cut_pair};
    static constexpr std::array<Fault, 18> everything{
        &N::kill_server,   &N::freeze_server,     &N::kill_front, &N::kill_agent,
        &N::freeze_agent,  &N::roll_agents,       &N::crash_node, &N::pause_machine,
        &N::isolate_node,  &N::isolate_one_way,   &N::cut_pair,   &N::delay_packets,
        &N::lose_packets,  &N::reset_connections, &N::stall_disk, &N::slow_replication,
        &N::ask_switchover, &N::replace_directory};
    switch (theme_) {
        case Theme::agents: return agents;
        case Theme::servers: return servers;
        case Theme::network: return network;
        case Theme::disks: return disks;
        case Theme::machines: return machines;
        case Theme::members: return members;
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
    repair();
}

void Nemesis::strike() {
    const auto all = choices();
    ++faults_;
    (this->*all[random_.below(all.size())])();
}

/// Everything runs again. What was broken by design (a killed server, say) is
/// left to the cluster.
void Nemesis::repair() {
    tell("everything is repaired");
    *active_ = false;
    cluster_.network().heal_all();
    cluster_.network().calm();
    for (const NodeId& name : cluster_.names()) {
        SimNode& node = cluster_.node(name.text);
        node.resume();
        node.boot();
        node.thaw_agent();
        cluster_.server_on(name).thaw();
        cluster_.server_on(name).slow_replication(Duration{0});
    }
}

void Nemesis::later(Duration pause, std::function<void()> action) {
    cluster_.world().after(pause, [active = active_, action = std::move(action)] {
        if (*active) action();
    });
}

void Nemesis::tell(const std::string& text) {
    cluster_.world().note("nemesis", text);
}

SimNode& Nemesis::any_node() {
    const auto& names = cluster_.names();
    return cluster_.node(names[random_.below(names.size())].text);
}

SimNode& Nemesis::likely_primary() {
    const NodeId primary = cluster_.primary_node();
    return primary && random_.below(3) < 2 ? cluster_.node(primary.text) : any_node();
}

void Nemesis::kill_server() {
    SimNode& node = likely_primary();
    const std::string server = cluster_.server_on(node.id()).id().text;
    tell("kills " + server);
    node.machine().kill(server);
}

void Nemesis::freeze_server() {
    RedisModel& server = cluster_.server_on(likely_primary().id());
    if (!server.alive()) return;
    const Duration time = up_to(random_.one_in(3) ? seconds{7} : seconds{1});
    tell("freezes " + server.id().text + " for " + std::to_string(whole_milliseconds(time)) +
         " ms");
    server.freeze();
    later(time, [this, &server] {
        tell("thaws " + server.id().text);
        server.thaw();
    });
}

void Nemesis::kill_front() {
    SimNode& node = any_node();
    tell("kills the front of " + node.id().text);
    if (node.machine().on()) node.machine().kill("front");
}

void Nemesis::kill_agent() {
    SimNode& node = any_node();
    tell("kills the agent of " + node.id().text);
    if (node.machine().on()) node.kill_agent(true);
}

void Nemesis::freeze_agent() {
    SimNode& node = likely_primary();
    const Duration time = up_to(seconds{3});
    tell("freezes the agent of " + node.id().text + " for " +
         std::to_string(whole_milliseconds(time)) + " ms");
    node.freeze_agent();
    later(time, [this, &node] {
        tell("thaws the agent of " + node.id().text);
        node.thaw_agent();
    });
}

void Nemesis::roll_agents() {
    tell("restarts all agents, one after the other");
    Duration pause{0};
    for (const NodeId& name : cluster_.names()) {
        later(pause, [this, name] {
            if (cluster_.node(name.text).machine().on()) cluster_.node(name.text).kill_agent(true);
        });
        pause += milliseconds{600};
    }
    // Agents alone change nothing if they die one at a time.
    if (theme_ == Theme::agents) static_cast<void>(cluster_.run_for(pause));
}

void Nemesis::crash_node() {
    SimNode& node = likely_primary();
    if (!node.machine().on()) return;
    const Duration time = up_to(seconds{4});
    tell("crashes " + node.id().text + " for " + std::to_string(whole_milliseconds(time)) + " ms");
    node.crash();
    later(time, [this, &node] {
        tell("boots " + node.id().text);
        node.boot();
    });
}

void Nemesis::pause_machine() {
    SimNode& node = likely_primary();
    tell("pauses the machine of " + node.id().text);
    node.pause();
    later(up_to(milliseconds{100}), [&node] { node.resume(); });
}

void Nemesis::isolate_node() {
    const NodeId name = likely_primary().id();
    tell("isolates " + name.text);
    for (const NodeId& other : cluster_.names()) {
        if (other == name) continue;
        cluster_.network().cut(name, other);
        cluster_.network().cut(other, name);
    }
    later(up_to(seconds{4}), [this] {
        tell("heals all cuts");
        cluster_.network().heal_all();
    });
}

void Nemesis::isolate_one_way() {
    const NodeId name = likely_primary().id();
    const bool outward = random_.one_in(2);
    tell("drops packets " + std::string(outward ? "from " : "to ") + name.text);
    for (const NodeId& other : cluster_.names()) {
        if (other == name) continue;
        outward ? cluster_.network().cut(name, other) : cluster_.network().cut(other, name);
    }
    later(up_to(seconds{4}), [this] {
        tell("heals all cuts");
        cluster_.network().heal_all();
    });
}

void Nemesis::cut_pair() {
    const NodeId from = any_node().id();
    const NodeId to = any_node().id();
    if (from == to) return;
    const bool both = random_.one_in(2);
    tell("cuts " + from.text + (both ? " and " : " to ") + to.text);
    cluster_.network().cut(from, to);
    if (both) cluster_.network().cut(to, from);
    later(up_to(seconds{4}), [this, from, to] {
        tell("heals " + from.text + " and " + to.text);
        cluster_.network().heal(from, to);
        cluster_.network().heal(to, from);
    });
}

void Nemesis::delay_packets() {
    const Duration extra = up_to(milliseconds{random_.one_in(4) ? 400 : 60});
    tell("delays packets by up to " + std::to_string(whole_milliseconds(extra)) + " ms");
    cluster_.network().disturb(extra, 0);
    later(up_to(seconds{3}), [this] { cluster_.network().calm(); });
}

void Nemesis::lose_packets() {
    const std::uint64_t one_in = 2 + random_.below(20);
    tell("loses one packet in " + std::to_string(one_in));
    cluster_.network().disturb(Duration{0}, one_in);
    later(up_to(seconds{3}), [this] { cluster_.network().calm(); });
}

void Nemesis::reset_connections() {
    SimNode& node = any_node();
    tell("resets the connections of " + node.id().text);
    cluster_.board().reset(node.id());
}

void Nemesis::stall_disk() {
    SimNode& node = likely_primary();
    const Duration time = up_to(seconds{2});
    tell("stalls the disk of " + node.id().text + " for " +
         std::to_string(whole_milliseconds(time)) + " ms");
    node.disk().stall_until(cluster_.world().now() + time);
}

void Nemesis::slow_replication() {
    RedisModel& server = cluster_.server_on(likely_primary().id());
    const Duration extra = up_to(milliseconds{200});
    tell("slows the replication of " + server.id().text);
    server.slow_replication(extra);
    later(up_to(seconds{3}), [&server] { server.slow_replication(Duration{0}); });
}

/// One directory at a time: two lost ones of three are more than a cluster
/// promises to survive.
void Nemesis::replace_directory() {
    SimNode& node = any_node();
    if (!node.machine().on() || node.machine().paused() || cluster_.replacing()) return;
    if (!cluster_.members_complete()) return;
    tell("empties the directory of " + node.id().text);
    cluster_.replace_directory(node.id());
}

void Nemesis::pass_leadership() {
    SimNode* leader = cluster_.leader();
    const NodeId to = any_node().id();
    if (leader == nullptr || !leader->agent_runs() || leader->id() == to) return;
    tell("passes the lead of " + leader->id().text + " to " + to.text);
    SimAgent* agent = leader->agent();
    agent->consensus_loop().post([agent, to] {
        agent->member().transfer_leadership(to, [](const Result<void>&) {});
    });
}

void Nemesis::kill_leader() {
    SimNode* leader = cluster_.leader();
    if (leader == nullptr) return;
    tell("kills the agent of " + leader->id().text + ", which leads");
    leader->kill_agent(true);
}

void Nemesis::ask_switchover() {
    const cluster::GroupState* group = cluster_.agreed();
    if (group == nullptr) return;
    tell("asks for a switchover");
    cluster::Request request;
    request.group = cluster_.group();
    request.epoch = group->epoch;
    request.kind = cluster::RequestKind::switchover;
    if (random_.one_in(2)) request.target = cluster_.server_on(any_node().id()).id();
    request.by = "nemesis";
    cluster_.propose(request);
}

}  // namespace baton::simulation
