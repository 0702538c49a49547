// Hours of overload, and how often somebody was appointed for nothing: one such
// time, and the run has failed.
#include "simulation/overload.hpp"
#include "simulation/seed_run.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <string>

namespace {

using baton::simulation::Overload;
using baton::simulation::OverloadResult;

void print(const std::string& label, const OverloadResult& result) {
    std::printf("%-8s %8.2f %8llu %8llu %6llu %9llu %9llu %10llu %6llu %12llu %11lld  %s\n",
                label.c_str(), std::chrono::duration<double>(result.simulated).count() / 3600,
                static_cast<unsigned long long>(result.stalls),
                static_cast<unsigned long long>(result.pauses),
                static_cast<unsigned long long>(result.false_failovers()),
                static_cast<unsigned long long>(result.failovers),
                static_cast<unsigned long long>(result.unrenewed),
                static_cast<unsigned long long>(result.reopenings),
                static_cast<unsigned long long>(result.terms),
                static_cast<unsigned long long>(result.acknowledged),
                static_cast<long long>(baton::whole_milliseconds(result.longest_gap)),
                result.broken.empty() ? "held" : result.broken.c_str());
    std::fflush(stdout);
}

void add(OverloadResult& all, const OverloadResult& one) {
    all.simulated += one.simulated;
    all.stalls += one.stalls;
    all.pauses += one.pauses;
    all.failovers += one.failovers;
    all.unrenewed += one.unrenewed;
    all.reopenings += one.reopenings;
    all.terms += one.terms;
    all.acknowledged += one.acknowledged;
    all.longest_gap = std::max(all.longest_gap, one.longest_gap);
    if (all.broken.empty()) all.broken = one.broken;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Simulates clusters on overloaded machines and lossy wires"};
    Overload overload;
    std::string range = "1..24";
    double minutes = 60;
    app.add_option("--seeds", range, "A range of seeds, A..B, both included");
    app.add_option("--minutes", minutes, "Virtual minutes of each seed");
    app.add_option("--nodes", overload.nodes, "Nodes of the cluster");
    app.add_flag("--verbose", overload.verbose, "Print the story as it happens");
    CLI11_PARSE(app, argc, argv);
    const auto seeds = baton::simulation::seeds_in(range);
    if (seeds.first >= seeds.end) {
        std::fprintf(stderr, "no seeds: --seeds wants A..B\n");
        return 2;
    }
    overload.length = std::chrono::duration_cast<baton::Duration>(
        std::chrono::duration<double, std::ratio<60>>(minutes));
    std::printf("%-8s %8s %8s %8s %6s %9s %9s %10s %6s %12s %11s\n", "seed", "hours", "stalls",
                "pauses", "false", "failovers", "unrenewed", "reopenings", "terms", "acknowledged",
                "longest gap");
    OverloadResult all;
    for (overload.seed = seeds.first; overload.seed < seeds.end; ++overload.seed) {
        const OverloadResult result = run_overload(overload);
        print(std::to_string(overload.seed), result);
        add(all, result);
    }
    print("all", all);
    return all.false_failovers() == 0 && all.broken.empty() ? 0 : 1;
}
