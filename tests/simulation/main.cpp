// Runs seeds and says which one broke what, by which faults, and how to see it
// again.
#include "simulation/apart.hpp"
#include "simulation/record.hpp"
#include "simulation/shrink.hpp"

#include <CLI/CLI.hpp>

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <string>
#include <utility>

namespace {

using baton::Duration;
using baton::simulation::Fault;
using baton::simulation::Record;
using baton::simulation::Schedule;
using baton::simulation::SeedOptions;
using baton::simulation::SeedRange;
using baton::simulation::SeedResult;

/// Runs that a failing schedule may cost to be made smaller.
constexpr std::size_t tries_max = 200;

/// For the moment when an invariant of baton itself aborts the process.
char replay_line[256];

extern "C" void say_seed_and_die(int) {
    if (write(STDERR_FILENO, replay_line, sizeof replay_line) < 0) _exit(4);
    _exit(3);
}

std::string replay_command(const SeedOptions& options) {
    return "baton_simulation --seed " + std::to_string(options.seed) + " --seconds " +
           std::to_string(options.seconds) + " --nodes " + std::to_string(options.nodes) +
           (options.theme ? " --theme " + *options.theme : "");
}

/// Writes the fewest faults that still break the same property, and says how
/// to replay them. False if the seed breaks nothing.
bool say_fewest_faults(const SeedOptions& options) {
    SeedOptions attempt = options;
    attempt.verbose = false;
    const auto [broken, struck] = run_apart(attempt);
    if (broken.empty()) return false;
    const std::string property = baton::simulation::property_of(broken);
    const auto fails = [&](const Schedule& schedule) {
        attempt.schedule = schedule;
        return baton::simulation::property_of(run_apart(attempt).broken) == property;
    };
    const Schedule fewest = shrink(struck, fails, tries_max);
    const std::string path = "seed-" + std::to_string(options.seed) + ".faults";
    std::fprintf(stderr, "%zu faults are enough to break %s:\n", fewest.size(), property.c_str());
    for (const Fault& fault : fewest) std::fprintf(stderr, "    %s\n", to_text(fault).c_str());
    if (const auto written = write_schedule(path, fewest); !written) {
        std::fprintf(stderr, "%s\n", written.error().message.c_str());
        return true;
    }
    std::fprintf(stderr, "replay: %s --faults %s --verbose\n", replay_command(options).c_str(),
                 path.c_str());
    return true;
}

SeedResult run_one(const SeedOptions& options) {
    const std::string replay = replay_command(options);
    std::snprintf(replay_line, sizeof replay_line, "seed %llu; the fewest faults: %s --shrink\n",
                  static_cast<unsigned long long>(options.seed), replay.c_str());
    const SeedResult result = run_seed(options);
    if (result.broken.empty()) return result;
    std::fprintf(stderr, "\nseed %llu (%s) broke a property.\nThe last events:\n",
                 static_cast<unsigned long long>(options.seed), result.theme.c_str());
    for (const std::string& line : result.last_notes) std::fprintf(stderr, "%s\n", line.c_str());
    std::fprintf(stderr, "%s\nseed %llu; replay: %s --verbose\n", result.broken.c_str(),
                 static_cast<unsigned long long>(options.seed), replay.c_str());
    return result;
}

/// "K/N": the K-th of N equal parts of seeds 0 to `count`.
SeedRange part_of(const std::string& text, std::uint64_t count) {
    const std::size_t slash = text.find('/');
    if (slash == std::string::npos) return {};
    const auto which = std::strtoull(text.c_str(), nullptr, 10);
    const auto parts = std::strtoull(text.c_str() + slash + 1, nullptr, 10);
    if (which == 0 || which > parts) return {};
    return {.first = count * (which - 1) / parts, .end = count * which / parts};
}

struct Wish {
    SeedOptions options;
    std::string range;
    std::string part;
    std::string faults;
    std::optional<Record> record{};
    std::uint64_t count = 1000;
    bool keep_going = false;
    bool details = false;
    bool shrink = false;
};

SeedRange seeds_of(const Wish& wish) {
    if (!wish.range.empty()) return baton::simulation::seeds_in(wish.range);
    if (!wish.part.empty()) return part_of(wish.part, wish.count);
    return {.first = wish.options.seed, .end = wish.options.seed + 1};
}

struct Totals {
    std::uint64_t broken = 0;
    Duration simulated{0};
    std::clock_t began = std::clock();

    void add(const SeedResult& result) {
        broken += result.broken.empty() ? 0 : 1;
        simulated += result.simulated;
    }
    /// How many hours pass in a cluster while a processor works for one.
    [[nodiscard]] double hours_per_hour() const {
        const auto worked = static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC;
        return std::chrono::duration<double>(simulated).count() / worked;
    }
};

Totals run_all(Wish& wish, SeedRange seeds) {
    SeedOptions options = wish.options;
    Totals totals;
    for (options.seed = seeds.first; options.seed < seeds.end; ++options.seed) {
        const SeedResult result = wish.details ? run_seed(options) : run_one(options);
        totals.add(result);
        if (wish.details) std::printf("%s\n", to_text(options, result).c_str());
        if (wish.record) {
            if (const auto kept = wish.record->add(options, result); !kept) {
                std::fprintf(stderr, "%s\n", kept.error().message.c_str());
                std::exit(2);
            }
        }
        if (result.broken.empty() || wish.keep_going || wish.details) continue;
        if (!options.schedule) static_cast<void>(say_fewest_faults(options));
        break;
    }
    return totals;
}

void declare_options(CLI::App& app, Wish& wish, std::string& theme, std::string& record) {
    app.add_option("--seed", wish.options.seed, "The seed to run");
    auto* range = app.add_option("--seeds", wish.range, "A range of seeds, A..B, both included");
    app.add_option("--part", wish.part, "The K-th of N parts of all seeds, K/N")->excludes(range);
    app.add_option("--count", wish.count, "How many all seeds are, with --part")
        ->envname("BATON_SIMULATION_SEEDS");
    app.add_option("--seconds", wish.options.seconds, "Virtual seconds of each run");
    app.add_option("--nodes", wish.options.nodes, "Nodes of the cluster");
    app.add_option("--theme", theme,
                   "agents, servers, network, disks, machines, members, operators, changes or "
                   "everything");
    app.add_option("--faults", wish.faults, "A file of faults to replay instead of the seed's own");
    app.add_option("--record", record,
                   "A file of one line per seed; seeds in it are not run again");
    app.add_flag("--shrink", wish.shrink, "Find the fewest faults by which --seed fails");
    app.add_flag("--keep-going", wish.keep_going, "Do not stop at the first broken seed");
    app.add_flag("--details", wish.details, "Print one line per seed");
    app.add_flag("--verbose", wish.options.verbose, "Print the story as it happens");
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Simulates whole clusters under virtual time"};
    Wish wish;
    std::string theme;
    std::string record;
    declare_options(app, wish, theme, record);
    CLI11_PARSE(app, argc, argv);
    if (!theme.empty()) wish.options.theme = theme;
    if (!wish.faults.empty()) {
        auto schedule = baton::simulation::read_schedule(wish.faults);
        if (!schedule) {
            std::fprintf(stderr, "%s\n", schedule.error().message.c_str());
            return 2;
        }
        wish.options.schedule = std::move(schedule).value();
    }
    if (wish.shrink) return say_fewest_faults(wish.options) ? 1 : 0;
    std::signal(SIGABRT, say_seed_and_die);
    SeedRange seeds = seeds_of(wish);
    if (seeds.first >= seeds.end) {
        std::fprintf(stderr, "no seeds: --seeds wants A..B, --part wants K/N with K of 1 to N\n");
        return 2;
    }
    if (!record.empty()) {
        auto opened = Record::open(record);
        if (!opened) {
            std::fprintf(stderr, "%s\n", opened.error().message.c_str());
            return 2;
        }
        wish.record = std::move(opened).value();
        seeds = wish.record->left_of(seeds);
    }
    const Totals totals = run_all(wish, seeds);
    std::printf("%llu seeds, %llu broken, %.0f simulated hours per hour of processor time\n",
                static_cast<unsigned long long>(seeds.end - seeds.first),
                static_cast<unsigned long long>(totals.broken), totals.hours_per_hour());
    return totals.broken == 0 ? 0 : 1;
}
