#include "simulation/overload.hpp"

#include "simulation/cluster.hpp"

namespace baton::simulation {

namespace {

constexpr Duration overload_start_max = seconds{10};
/// Clients that write seldom, so that hours of history fit into memory.
constexpr Duration client_pace = milliseconds{100};

class Burden {
public:
    Burden(Cluster& cluster, const Overload& overload)
        : cluster_(cluster), overload_(overload), random_(cluster.world().random().fork()) {}

    void begin() {
        cluster_.network().disturb(Duration{0}, overload_.lost_one_in);
        for (const NodeId& node : cluster_.names()) {
            stall_later(node);
            pause_later(node);
        }
    }
    [[nodiscard]] std::uint64_t stalls() const { return stalls_; }
    [[nodiscard]] std::uint64_t pauses() const { return pauses_; }

private:
    void stall_later(const NodeId& node) {
        cluster_.world().after(
            random_.between(Duration{0}, 2 * overload_.stall_every), [this, node] {
                ++stalls_;
                cluster_.world().note("burden", "stalls the server of " + node.text);
                cluster_.server_on(node).be_busy(overload_.stall);
                stall_later(node);
            });
    }
    void pause_later(const NodeId& node) {
        cluster_.world().after(
            random_.between(Duration{0}, 2 * overload_.pause_every), [this, node] {
                ++pauses_;
                cluster_.world().note("burden", "pauses the agent of " + node.text);
                cluster_.node(node.text).freeze_agent();
                cluster_.world().after(overload_.pause, [this, node] {
                    cluster_.node(node.text).thaw_agent();
                    pause_later(node);
                });
            });
    }

    Cluster& cluster_;
    const Overload& overload_;
    Random random_;
    std::uint64_t stalls_ = 0;
    std::uint64_t pauses_ = 0;
};

}  // namespace

OverloadResult run_overload(const Overload& overload) {
    Setup setup;
    setup.seed = overload.seed;
    setup.nodes = overload.nodes;
    setup.verbose = overload.verbose;
    setup.writers = {.through_fronts = 2, .pace = client_pace, .direct = false, .seeking = false};
    Cluster cluster(setup);
    World& world = cluster.world();
    OverloadResult result;
    if (!cluster.run_until_steady(overload_start_max)) {
        result.broken = "no steady group after a cold start: " + cluster.unsteady_because();
        return result;
    }
    const Instant began = world.now();
    const Epoch epoch = cluster.agreed()->epoch;
    const Term term = cluster.leader()->agent()->view().raft.term;
    const std::uint64_t promotions = cluster.promotions();
    Burden burden(cluster, overload);
    burden.begin();
    static_cast<void>(cluster.run_for(overload.length));
    // The leader may be held at this very moment.
    static_cast<void>(cluster.run_until([&] { return cluster.leader() != nullptr; }, seconds{5}));
    result.broken = world.broken();
    result.simulated = world.now() - began;
    result.stalls = burden.stalls();
    result.pauses = burden.pauses();
    result.failovers = cluster.agreed()->epoch.value - epoch.value;
    for (const NodeId& node : cluster.names()) {
        result.unrenewed += cluster.node(node.text).machine().closed_by_guard();
    }
    result.reopenings = cluster.promotions() - promotions - result.failovers;
    if (SimNode* leader = cluster.leader()) {
        result.terms = leader->agent()->view().raft.term.value - term.value;
    }
    result.acknowledged = cluster.history().count(Outcome::acknowledged, true);
    result.longest_gap = cluster.history().longest_gap(began, world.now());
    return result;
}

}  // namespace baton::simulation
