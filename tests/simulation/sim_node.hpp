#pragma once

/// One node: a machine, and the agent on it, wired from the real runtime as
/// the daemon wires it. The agent can die and is started again by the guard;
/// the machine can crash, pause and come back.

#include "adapters/redis/redis_server.hpp"
#include "runtime/executor.hpp"
#include "runtime/member.hpp"
#include "simulation/machine.hpp"
#include "simulation/sim_guard.hpp"
#include "simulation/sim_kernel_lease.hpp"
#include "simulation/sim_quarantine.hpp"
#include "simulation/sim_redis_link.hpp"
#include "simulation/sim_transport.hpp"

#include <functional>
#include <memory>
#include <string>

namespace baton::simulation {

struct NodeSurroundings {
    World* world = nullptr;
    Network* network = nullptr;
    Switchboard* board = nullptr;
    FindServer find;
    runtime::MemberOptions options;
    std::function<void(const NodeId&)> started;
    std::function<void(const NodeId&, const runtime::MemberView&)> published;
    std::function<void(const NodeId&, const Event&)> emitted;
    SimFront::Watch front_switched;
    bool kernel_leases = false;  ///< Its machines permit them.
    SimQuarantine::Watch kept;
};

/// The process: everything here dies with it.
class SimAgent {
public:
    SimAgent(const NodeSurroundings& around, Machine& machine, Disk& disk);
    ~SimAgent();

    void start();
    void freeze();
    void thaw();
    [[nodiscard]] runtime::Member& member() { return *member_; }
    [[nodiscard]] SimLoop& consensus_loop() { return *consensus_loop_; }
    [[nodiscard]] SimLoop& working_loop() { return *working_loop_; }
    [[nodiscard]] const runtime::MemberView& view() const { return view_; }
    [[nodiscard]] std::size_t longest_queue() const { return transport_->longest_queue(); }

private:
    void published(runtime::MemberView view);
    void on_view();
    void begin_work();
    [[nodiscard]] runtime::InstanceParts parts(const cluster::Group& group,
                                               const cluster::Instance& instance);

    NodeSurroundings around_;
    Machine& machine_;
    NodeId self_;
    std::shared_ptr<SimLoop> consensus_loop_;
    std::shared_ptr<SimLoop> working_loop_;
    SimDeadlines deadlines_;
    std::unique_ptr<KernelLease> kernel_lease_;
    SimGuard guard_;
    SimLogStore store_;
    std::unique_ptr<SimTransport> transport_;
    std::unique_ptr<runtime::Member> member_;
    std::unique_ptr<runtime::MemberLink> link_;
    std::unique_ptr<runtime::Executor> executor_;
    runtime::MemberView view_;
    bool view_waits_ = false;
};

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
