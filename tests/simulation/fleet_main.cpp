// Many primaries dead at once: a table of how long their groups took. Fails if
// the slowest percent took longer than it may.
#include "simulation/fleet.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <limits>

namespace {

using baton::Duration;
using baton::simulation::Fleet;
using baton::simulation::FleetCost;
using baton::simulation::FleetResult;

double milliseconds(Duration time) {
    return std::chrono::duration<double, std::milli>(time).count();
}

/// By nearest rank: every number printed was measured. Infinite for a group that was
/// not written to again.
double quantile(const FleetResult& result, std::size_t percent) {
    const std::size_t count = result.writable.size();
    if (count == 0) return 0;
    const std::size_t rank = (count * percent + 99) / 100;
    const Duration time = result.writable[std::max<std::size_t>(rank, 1) - 1];
    const bool ever = time < std::chrono::hours{1};
    return ever ? milliseconds(time) : std::numeric_limits<double>::infinity();
}

void print(const char* when, const FleetCost& cost) {
    std::printf(
        "busiest agent, %s: consensus %.0f ms/s, longest step %.1f ms; work %.0f ms/s, longest "
        "step %.1f ms\n",
        when, cost.consensus, cost.consensus_step, cost.work, cost.work_step);
}

void print(const Fleet& fleet, const FleetResult& result) {
    std::printf("%zu groups of %zu servers on %zu nodes, seed %llu\n", fleet.groups, fleet.copies,
                fleet.nodes, static_cast<unsigned long long>(fleet.seed));
    std::printf("all steady %.0f ms after a cold start\n", milliseconds(result.cold_start));
    std::printf(
        "%zu primaries killed at once: writable again p50 %.0f, p90 %.0f, p99 %.0f, max %.0f ms\n",
        result.writable.size(), quantile(result, 50), quantile(result, 90), quantile(result, 99),
        quantile(result, 100));
    std::printf("all steady %.0f ms after that; %zu other groups got a new epoch\n",
                milliseconds(result.steady), result.disturbed);
    print("calm", result.calm);
    print("failing", result.failing);
    std::printf("%s\n", result.broken.empty() ? "held" : result.broken.c_str());
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Simulates many groups of which many fail at once"};
    Fleet fleet;
    double p99_max = 1500;
    app.add_option("--seed", fleet.seed, "The seed to run");
    app.add_option("--nodes", fleet.nodes, "Nodes of the cluster");
    app.add_option("--groups", fleet.groups, "Groups");
    app.add_option("--copies", fleet.copies, "Servers of each group");
    app.add_option("--victims", fleet.victims, "Primaries that die at once");
    app.add_option("--p99-max", p99_max, "Milliseconds that 99 of 100 victims may take");
    app.add_flag("--charge", fleet.charge, "Let agents take the time that they take here");
    app.add_flag("--verbose", fleet.verbose, "Print the story as it happens");
    CLI11_PARSE(app, argc, argv);
    const FleetResult result = run_fleet(fleet);
    print(fleet, result);
    return result.broken.empty() && quantile(result, 99) <= p99_max ? 0 : 1;
}
