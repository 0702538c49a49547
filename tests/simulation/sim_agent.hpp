#pragma once

/// The agent's process, wired from the real runtime and API as the daemon wires
/// them. Everything here dies with it.

#include "adapters/redis/redis_server.hpp"
#include "runtime/executor.hpp"
#include "runtime/member.hpp"
#include "simulation/machine.hpp"
#include "simulation/sim_api.hpp"
#include "simulation/sim_guard.hpp"
#include "simulation/sim_kernel_lease.hpp"
#include "simulation/sim_quarantine.hpp"
#include "simulation/sim_redis_link.hpp"
#include "simulation/sim_transport.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <vector>

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
    RunCommand cut_off;
    /// Told of every answer of an API, when it is given.
    std::function<void(const NodeId&, const api::Request&, const api::Response&)> answered;
};

class SimAgent {
public:
    /// `restart`: ends this process, and another one takes its place.
    SimAgent(const NodeSurroundings& around, Machine& machine, Disk& disk,
             std::function<void()> restart);
    ~SimAgent();

    void start();
    void freeze();
    void thaw();
    /// A request that has just arrived; answered unless the agent dies before.
    void ask(api::Request request, api::Respond respond);
    [[nodiscard]] runtime::Member& member() { return *member_; }
    [[nodiscard]] SimLoop& consensus_loop() { return *consensus_loop_; }
    [[nodiscard]] SimLoop& working_loop() { return *working_loop_; }
    [[nodiscard]] const runtime::MemberView& view() const { return view_; }
    [[nodiscard]] std::size_t longest_queue() const { return transport_->longest_queue(); }

private:
    void build_api(std::function<void()> restart);
    void published(runtime::MemberView view);
    void on_view();
    void begin_work();
    void declare_anew();
    [[nodiscard]] std::unique_ptr<Front> front();
    [[nodiscard]] std::vector<runtime::InstanceParts> declared_here();
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
    std::optional<std::vector<cluster::Group>> declared_;  ///< As the executor was last told.
    std::unique_ptr<SimApi> api_;
    runtime::MemberView view_;
    bool view_waits_ = false;
};

}  // namespace baton::simulation
