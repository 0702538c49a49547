#pragma once

/// Draws faults from the seed. Which ones, how often and how long is a named
/// theme. Whole-machine pauses stay shorter than the guard's margin: longer
/// ones defeat every local clock, by design. What was drawn can be replayed.

#include "simulation/sabotage.hpp"

#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace baton::simulation {

enum class Theme {
    agents,      ///< Only agents die, one at a time: nothing may happen.
    servers,     ///< Servers die, freeze and thaw.
    network,     ///< Cuts both ways and one way, delays, losses, resets.
    disks,       ///< Stalls, under agents that also die.
    machines,    ///< Whole nodes crash and return, or pause for a moment.
    members,     ///< Directories are lost and replaced, while agents and nodes fail.
    operators,   ///< Orders to groups and nodes, while both fail.
    changes,     ///< Groups, instances and nodes are added and removed meanwhile.
    everything,  ///< All of it, often two at once.
};

[[nodiscard]] std::string_view name_of(Theme theme);

class Nemesis {
public:
    /// `told`: hears of each fault before it is carried out; may be empty.
    Nemesis(Cluster& cluster, Theme theme, std::function<void(const Fault&)> told)
        : cluster_(cluster),
          theme_(theme),
          random_(cluster.world().random().fork()),
          sabotage_(cluster),
          told_(std::move(told)) {}

    /// Disturbs until `end`, then repairs all that it broke.
    void run_until(Instant end);
    /// The same with faults that are given, in the order of their instants.
    void replay(const Schedule& schedule, Instant end);
    /// Those whose orders it had carried out.
    [[nodiscard]] Operator& people() { return sabotage_.people(); }
    /// What was carried out.
    [[nodiscard]] const Schedule& struck() const { return struck_; }

private:
    using Draw = std::optional<Fault> (Nemesis::*)();

    [[nodiscard]] std::span<const Draw> choices() const;
    void strike();
    void carry_out(Fault fault);

    // Each draws one fault; nothing where there is nobody to suffer it.
    std::optional<Fault> kill_server();
    std::optional<Fault> freeze_server();
    std::optional<Fault> kill_front();
    std::optional<Fault> kill_agent();
    std::optional<Fault> kill_leader();
    std::optional<Fault> freeze_agent();
    std::optional<Fault> roll_agents();
    std::optional<Fault> crash_node();
    std::optional<Fault> pause_machine();
    std::optional<Fault> isolate_node();
    std::optional<Fault> isolate_one_way();
    std::optional<Fault> cut_pair();
    std::optional<Fault> delay_packets();
    std::optional<Fault> lose_packets();
    std::optional<Fault> reset_connections();
    std::optional<Fault> stall_disk();
    std::optional<Fault> hang_server();
    std::optional<Fault> slow_replication();
    std::optional<Fault> attach_stranger();
    std::optional<Fault> replace_directory();
    // Orders, in nemesis_orders.cpp.
    std::optional<Fault> ask_switchover();
    std::optional<Fault> ask_failover();
    std::optional<Fault> pause_or_resume();
    std::optional<Fault> change_duty();
    std::optional<Fault> restart_node();
    std::optional<Fault> reinit_standby();
    std::optional<Fault> pass_leadership();
    std::optional<Fault> compact_log();
    std::optional<Fault> declare_groups();
    std::optional<Fault> declare_instances();
    std::optional<Fault> declare_settings();
    std::optional<Fault> add_node();
    std::optional<Fault> remove_node();

    [[nodiscard]] NodeId any_node();
    /// The primary's node more often than the others.
    [[nodiscard]] NodeId likely_primary();
    [[nodiscard]] Duration up_to(Duration most) { return random_.between(milliseconds{20}, most); }

    Cluster& cluster_;
    Theme theme_;
    Random random_;
    Sabotage sabotage_;
    std::function<void(const Fault&)> told_;
    Schedule struck_;
};

}  // namespace baton::simulation
