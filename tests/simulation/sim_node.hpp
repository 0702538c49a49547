#pragma once

/// One node: a machine, and the agent on it. The agent can die and is started
/// again by the guard; the machine can crash, pause and come back.

#include "simulation/sim_agent.hpp"

#include <functional>
#include <memory>

namespace baton::simulation {

class SimNode {
public:
    SimNode(NodeSurroundings around, NodeId id, Clock clock, Identity identity, Disk::Watch watch);

    void start_agent();
    /// The agent dies; the guard starts it again unless told to keep it away.
    void kill_agent(bool respawn);
    void freeze_agent();
    void thaw_agent();
    /// Power loss.
    void crash();
    void boot();
    void pause();
    void resume();

    /// A request reaches the machine. Nobody listens without an agent: status 0. From
    /// a machine that is off, or an agent that dies meanwhile, no answer comes.
    void ask(const api::Request& request, const api::Respond& respond);

    [[nodiscard]] SimAgent* agent() { return agent_.get(); }
    [[nodiscard]] const SimAgent* agent() const { return agent_.get(); }
    [[nodiscard]] bool agent_runs() const { return agent_ && !frozen_; }
    [[nodiscard]] Machine& machine() { return machine_; }
    [[nodiscard]] Disk& disk() { return disk_; }
    [[nodiscard]] const NodeId& id() const { return machine_.id(); }
    void set_options(std::function<void(runtime::MemberOptions&)> change) {
        change(around_.options);
    }

private:
    void end_agent();

    NodeSurroundings around_;
    Machine machine_;
    Disk disk_;
    std::unique_ptr<SimAgent> agent_;
    bool frozen_ = false;
    std::uint64_t respawns_ = 0;
};

}  // namespace baton::simulation
