// Runs seeds and says which one broke what, and how to see it again.
#include "simulation/seed_run.hpp"

#include <CLI/CLI.hpp>

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

namespace {

using baton::simulation::SeedOptions;
using baton::simulation::SeedResult;

/// For the moment when an invariant of baton itself aborts the process.
char replay_line[256];

extern "C" void say_seed_and_die(int) {
    if (write(STDERR_FILENO, replay_line, sizeof replay_line) < 0) _exit(4);
    _exit(3);
}

std::string replay_command(const SeedOptions& options) {
    return "baton_simulation --seed " + std::to_string(options.seed) + " --seconds " +
           std::to_string(options.seconds) + " --nodes " + std::to_string(options.nodes) +
           (options.theme ? " --theme " + *options.theme : "") + " --verbose";
}

bool run_one(const SeedOptions& options) {
    const std::string replay = replay_command(options);
    std::snprintf(replay_line, sizeof replay_line, "seed %llu; replay: %s\n",
                  static_cast<unsigned long long>(options.seed), replay.c_str());
    const SeedResult result = run_seed(options);
    if (result.broken.empty()) return true;
    std::fprintf(stderr, "\nseed %llu (%s) broke a property.\nThe last events:\n",
                 static_cast<unsigned long long>(options.seed), result.theme.c_str());
    for (const std::string& line : result.last_notes) std::fprintf(stderr, "%s\n", line.c_str());
    std::fprintf(stderr, "%s\nseed %llu; replay: %s\n", result.broken.c_str(),
                 static_cast<unsigned long long>(options.seed), replay.c_str());
    return false;
}

void print_result(const SeedOptions& options) {
    const SeedResult result = run_seed(options);
    std::printf(
        "seed %llu  theme %s  digest %016llx  events %llu  faults %llu  promotions %llu  "
        "acknowledged %llu  lost %llu  confirmed lost %llu  switchovers %llu  "
        "losses accepted %llu  %s\n",
        static_cast<unsigned long long>(options.seed), result.theme.c_str(),
        static_cast<unsigned long long>(result.digest),
        static_cast<unsigned long long>(result.events),
        static_cast<unsigned long long>(result.faults),
        static_cast<unsigned long long>(result.promotions),
        static_cast<unsigned long long>(result.acknowledged),
        static_cast<unsigned long long>(result.lost),
        static_cast<unsigned long long>(result.lost_confirmed),
        static_cast<unsigned long long>(result.switchovers),
        static_cast<unsigned long long>(result.accepted_losses),
        result.broken.empty() ? "held" : result.broken.c_str());
}

struct Range {
    std::uint64_t first = 0;
    std::uint64_t end = 0;  ///< Not included.
};

/// "A..B", both included.
Range range_of(const std::string& text) {
    const std::size_t dots = text.find("..");
    if (dots == std::string::npos) return {};
    return {.first = std::strtoull(text.c_str(), nullptr, 10),
            .end = std::strtoull(text.c_str() + dots + 2, nullptr, 10) + 1};
}

/// "K/N": the K-th of N equal parts of seeds 0 to `count`.
Range part_of(const std::string& text, std::uint64_t count) {
    const std::size_t slash = text.find('/');
    if (slash == std::string::npos) return {};
    const auto which = std::strtoull(text.c_str(), nullptr, 10);
    const auto parts = std::strtoull(text.c_str() + slash + 1, nullptr, 10);
    if (which == 0 || which > parts) return {};
    return {.first = count * (which - 1) / parts, .end = count * which / parts};
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Simulates whole clusters under virtual time"};
    SeedOptions options;
    std::string range;
    std::string theme;
    std::string part;
    std::uint64_t count = 1000;
    bool keep_going = false;
    bool details = false;
    app.add_option("--seed", options.seed, "The seed to run");
    app.add_option("--seeds", range, "A range of seeds, A..B, both included");
    app.add_option("--part", part, "The K-th of N parts of all seeds, K/N");
    app.add_option("--count", count, "How many all seeds are, with --part")
        ->envname("BATON_SIMULATION_SEEDS");
    app.add_option("--seconds", options.seconds, "Virtual seconds of each run");
    app.add_option("--nodes", options.nodes, "Nodes of the cluster");
    app.add_option("--theme", theme,
                   "agents, servers, network, disks, machines, members or everything");
    app.add_flag("--keep-going", keep_going, "Do not stop at the first broken seed");
    app.add_flag("--details", details, "Print one line per seed");
    app.add_flag("--verbose", options.verbose, "Print the story as it happens");
    CLI11_PARSE(app, argc, argv);
    std::signal(SIGABRT, say_seed_and_die);
    if (!theme.empty()) options.theme = theme;
    Range seeds{.first = options.seed, .end = options.seed + 1};
    if (!range.empty()) seeds = range_of(range);
    if (!part.empty()) seeds = part_of(part, count);
    if (seeds.first >= seeds.end) {
        std::fprintf(stderr, "no seeds: --seeds wants A..B, --part wants K/N with K of 1 to N\n");
        return 2;
    }
    std::uint64_t broken = 0;
    const auto began = std::chrono::steady_clock::now();
    for (options.seed = seeds.first; options.seed < seeds.end; ++options.seed) {
        if (details) {
            print_result(options);
        } else if (!run_one(options)) {
            ++broken;
            if (!keep_going) break;
        }
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    const std::uint64_t ran = seeds.end - seeds.first;
    std::printf("%llu seeds, %llu broken, %.1f seeds/s\n", static_cast<unsigned long long>(ran),
                static_cast<unsigned long long>(broken), static_cast<double>(ran) / took.count());
    return broken == 0 ? 0 : 1;
}
