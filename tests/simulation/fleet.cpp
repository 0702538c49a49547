#include "simulation/fleet.hpp"

#include "simulation/cluster.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace baton::simulation {

namespace {

constexpr Duration fleet_start_max = seconds{120};
constexpr Duration fleet_recovery_max = seconds{30};
constexpr Duration calm_time = seconds{2};
constexpr Duration settling = seconds{1};

/// What each agent's threads have worked so far.
class Meter {
public:
    explicit Meter(Cluster& cluster) : cluster_(cluster), began_(cluster.world().now()) {
        for (const NodeId& node : cluster_.names()) {
            worked_[node] = worked(node);
            static_cast<void>(longest(node));
        }
    }
    [[nodiscard]] FleetCost cost() const {
        const std::chrono::duration<double> passed = cluster_.world().now() - began_;
        FleetCost most;
        for (const auto& [node, before] : worked_) {
            const auto [consensus, work] = worked(node);
            most.consensus = std::max(most.consensus, in_milliseconds(consensus - before.first));
            most.work = std::max(most.work, in_milliseconds(work - before.second));
            const auto [consensus_step, work_step] = longest(node);
            most.consensus_step = std::max(most.consensus_step, in_milliseconds(consensus_step));
            most.work_step = std::max(most.work_step, in_milliseconds(work_step));
        }
        most.consensus /= passed.count();
        most.work /= passed.count();
        return most;
    }

private:
    [[nodiscard]] std::pair<Duration, Duration> worked(const NodeId& node) const {
        SimAgent& agent = *cluster_.node(node.text).agent();
        return {agent.consensus_loop().worked(), agent.working_loop().worked()};
    }
    [[nodiscard]] std::pair<Duration, Duration> longest(const NodeId& node) const {
        SimAgent& agent = *cluster_.node(node.text).agent();
        return {agent.consensus_loop().take_longest(), agent.working_loop().take_longest()};
    }
    [[nodiscard]] static double in_milliseconds(Duration time) {
        return std::chrono::duration<double, std::milli>(time).count();
    }

    Cluster& cluster_;
    Instant began_;
    std::map<NodeId, std::pair<Duration, Duration>> worked_;
};

std::set<std::size_t> draw_victims(Random& random, const Fleet& fleet) {
    std::set<std::size_t> victims;
    while (victims.size() < std::min(fleet.victims, fleet.groups)) {
        victims.insert(random.below(fleet.groups));
    }
    return victims;
}

void kill_primary(Cluster& cluster, SimGroup& group) {
    const cluster::GroupState& state = *cluster.agreed_state()->group(group.id());
    const cluster::Instance& primary = *state.declared.find(state.primary);
    cluster.node(primary.node.text).machine().kill(primary.id.text);
}

/// The first write that was asked for after the kill and acknowledged.
Duration time_to_write(const History& history, Instant killed) {
    Instant first = Instant::forever();
    for (const WriteRecord& each : history.writes()) {
        const bool counts = each.outcome == Outcome::acknowledged && each.invoked > killed;
        if (counts) first = std::min(first, each.ended);
    }
    return first - killed;
}

}  // namespace

FleetResult run_fleet(const Fleet& fleet) {
    Setup setup;
    setup.seed = fleet.seed;
    setup.nodes = fleet.nodes;
    setup.groups = fleet.groups;
    setup.copies = fleet.copies;
    setup.verbose = fleet.verbose;
    setup.writers = {
        .through_fronts = 1, .pace = milliseconds{20}, .direct = false, .seeking = false};
    Cluster cluster(setup);
    World& world = cluster.world();
    world.measure();
    if (fleet.charge) world.charge();
    FleetResult result;
    if (!cluster.run_until_steady(fleet_start_max)) {
        world.fail("recovers", "no steady fleet: " + cluster.unsteady_because());
        result.broken = world.broken();
        return result;
    }
    result.cold_start = world.now().since_boot;
    static_cast<void>(cluster.run_for(settling));
    const Meter calm(cluster);
    static_cast<void>(cluster.run_for(calm_time));
    result.calm = calm.cost();

    const std::set<std::size_t> victims = draw_victims(world.random(), fleet);
    const auto before = cluster.agreed_state();
    const Instant killed = world.now();
    const Meter failing(cluster);
    for (const std::size_t victim : victims) kill_primary(cluster, *cluster.groups()[victim]);
    static_cast<void>(cluster.run_for(milliseconds{5}));  // Until somebody has noticed.
    if (!cluster.run_until_steady(fleet_recovery_max)) {
        world.fail("recovers", "the fleet is not steady again: " + cluster.unsteady_because());
    }
    result.steady = world.now() - killed;
    result.failing = failing.cost();
    for (std::size_t i = 0; i < cluster.groups().size(); ++i) {
        SimGroup& group = *cluster.groups()[i];
        const Epoch was = before->group(group.id())->epoch;
        if (victims.contains(i)) {
            result.writable.push_back(time_to_write(group.history(), killed));
        } else if (cluster.agreed_state()->group(group.id())->epoch != was) {
            ++result.disturbed;
        }
    }
    std::ranges::sort(result.writable);
    result.broken = world.broken();
    return result;
}

}  // namespace baton::simulation
