#pragma once

/// Draws faults from the seed and undoes them again. Which ones, how often and
/// how long is a named theme. Whole-machine pauses stay shorter than the
/// guard's margin: longer ones defeat every local clock, by design.

#include "simulation/cluster.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace baton::simulation {

enum class Theme {
    agents,      ///< Only agents die, one at a time: nothing may happen.
    servers,     ///< Servers die, freeze and thaw.
    network,     ///< Cuts both ways and one way, delays, losses, resets.
    disks,       ///< Stalls, under agents that also die.
    machines,    ///< Whole nodes crash and return, or pause for a moment.
    members,     ///< Directories are lost and replaced, while agents and nodes fail.
    everything,  ///< All of it, often two at once.
};

[[nodiscard]] std::string_view name_of(Theme theme);

class Nemesis {
public:
    Nemesis(Cluster& cluster, Theme theme)
        : cluster_(cluster), theme_(theme), random_(cluster.world().random().fork()) {}

    /// Disturbs until `end`, then repairs all that it broke.
    void run_until(Instant end);
    [[nodiscard]] std::uint64_t faults() const { return faults_; }

private:
    using Fault = void (Nemesis::*)();

    [[nodiscard]] std::span<const Fault> choices() const;
    void strike();
    void repair();

    void kill_server();
    void freeze_server();
    void kill_front();
    void kill_agent();
    void freeze_agent();
    void roll_agents();
    void crash_node();
    void pause_machine();
    void isolate_node();
    void isolate_one_way();
    void cut_pair();
    void delay_packets();
    void lose_packets();
    void reset_connections();
    void stall_disk();
    void slow_replication();
    void ask_switchover();
    void replace_directory();
    void pass_leadership();
    void kill_leader();

    [[nodiscard]] SimNode& any_node();
    /// The primary's node more often than the others.
    [[nodiscard]] SimNode& likely_primary();
    [[nodiscard]] Duration up_to(Duration most) { return random_.between(milliseconds{20}, most); }
    void later(Duration pause, std::function<void()> action);
    void tell(const std::string& text);

    Cluster& cluster_;
    Theme theme_;
    Random random_;
    std::uint64_t faults_ = 0;
    std::shared_ptr<bool> active_ = std::make_shared<bool>(true);
};

}  // namespace baton::simulation
