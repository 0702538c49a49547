#pragma once

/// Carries a fault out, and undoes it when its time is over. What would ask
/// more of a cluster than it promises is left out, so that a schedule stays
/// fair when faults are taken from it. Orders go to an operator.

#include "simulation/cluster.hpp"
#include "simulation/fault.hpp"
#include "simulation/operator.hpp"

#include <functional>
#include <memory>
#include <string>

namespace baton::simulation {

/// Between two agents when all are restarted in turn.
inline constexpr Duration roll_pause = milliseconds{600};

class Sabotage {
public:
    explicit Sabotage(Cluster& cluster) : cluster_(cluster), operator_(cluster) {}

    void carry_out(const Fault& fault);
    /// Everything runs again. What was broken by design (a killed server, say)
    /// is left to the cluster. Operators take back what they asked for.
    void repair();
    [[nodiscard]] Operator& people() { return operator_; }

private:
    void kill_server(const Fault& fault);
    void freeze_server(const Fault& fault);
    void kill_front(const Fault& fault);
    void kill_agent(const Fault& fault);
    void freeze_agent(const Fault& fault);
    void roll_agents();
    void crash_node(const Fault& fault);
    void pause_machine(const Fault& fault);
    void isolate(const Fault& fault);
    void cut_pair(const Fault& fault);
    void delay_packets(const Fault& fault);
    void lose_packets(const Fault& fault);
    void reset_connections(const Fault& fault);
    void stall_disk(const Fault& fault);
    void hang_server(const Fault& fault);
    void slow_replication(const Fault& fault);
    void attach_stranger(const Fault& fault);
    void replace_directory(const Fault& fault);
    void give_order(const Fault& fault);

    [[nodiscard]] RedisModel* server_of(const Fault& fault) {
        return cluster_.find_server(fault.node);
    }
    [[nodiscard]] SimNode& node_of(const Fault& fault) { return cluster_.node(fault.node.text); }
    void later(Duration pause, std::function<void()> action);
    void tell(const std::string& text);

    Cluster& cluster_;
    Operator operator_;
    std::unique_ptr<RedisModel> stranger_ = cluster_.make_stranger();
    std::shared_ptr<bool> active_ = std::make_shared<bool>(true);
};

}  // namespace baton::simulation
