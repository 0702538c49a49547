#pragma once

/// Those who ask something of the cluster, over its API only: they look first, say
/// what they saw, take a refusal for an answer, and may be overtaken by others. What
/// they do to machines, such as starting the agent of a node that was added, they do
/// by hand. In the end they take back what keeps a cluster from being steady.

#include "simulation/cluster.hpp"
#include "simulation/fault.hpp"

#include <functional>
#include <memory>
#include <set>
#include <string>

namespace baton::simulation {

class Operator {
public:
    explicit Operator(Cluster& cluster) : cluster_(cluster) {}
    ~Operator() { *alive_ = false; }
    Operator(const Operator&) = delete;
    Operator& operator=(const Operator&) = delete;

    /// Begins; the rest happens by itself.
    void carry_out(const Fault& order);
    /// From now on resumes what is paused, lets nodes rejoin, and so on.
    void settle();
    /// Forces a failover of every group that waits for somebody's consent. How many.
    std::size_t accept_losses();

private:
    using Json = nlohmann::json;
    using Then = std::function<void(const Answer&)>;

    void ask_for_primary(const Fault& order);
    void set_paused(bool paused);
    void set_duty(const Fault& order, const std::string& verb);
    void restart_node(const Fault& order);
    void reinit_standby(const Fault& order);
    void pass_leadership(const Fault& order);
    void compact_log(const Fault& order);
    void declare(const Fault& order);
    void apply(const std::string& what, Json topology, Then then);
    void add_node(const Fault& order);
    void start_added(const NodeId& node);
    void remove_node(const Fault& order);
    void watch_departure(const NodeId& node, LogIndex asked);
    void settle_once();
    void post(const std::string& what, const std::string& target, Json body, Then then = {});
    void post_at(const NodeId& node, const std::string& what, const std::string& target, Json body);
    void tell(const std::string& what, const Answer& answer);
    void later(Duration pause, std::function<void()> action);
    [[nodiscard]] std::string group_path() const;

    Cluster& cluster_;
    std::set<std::string> under_way_;  ///< What the settling has asked for and not heard of.
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace baton::simulation
