#include "simulation/seed_run.hpp"

#include "simulation/checkers/nothing_happens.hpp"
#include "simulation/checkers/recovers.hpp"
#include "simulation/nemesis.hpp"

#include <algorithm>
#include <array>

namespace baton::simulation {

namespace {

constexpr std::array themes{Theme::agents,     Theme::servers,   Theme::network,
                            Theme::disks,      Theme::machines,  Theme::everything,
                            Theme::everything, Theme::members,   Theme::everything};
constexpr Duration cold_start_max = seconds{10};

Theme theme_of(const SeedOptions& options) {
    for (const Theme each : themes) {
        if (options.theme && name_of(each) == *options.theme) return each;
    }
    return themes[options.seed % themes.size()];
}

}  // namespace

SeedResult run_seed(const SeedOptions& options) {
    const Theme theme = theme_of(options);
    Setup setup;
    setup.seed = options.seed;
    setup.nodes = options.nodes;
    setup.verbose = options.verbose;
    Cluster cluster(setup);
    World& world = cluster.world();
    const Instant end{std::chrono::seconds{options.seconds}};
    Nemesis nemesis(cluster, theme);
    Recovers recovers(cluster);
    if (!cluster.run_until_steady(cold_start_max)) {
        world.fail("recovers", "no steady group after a cold start: " + cluster.unsteady_because());
    } else {
        NothingHappens nothing(cluster);
        nemesis.run_until(end - recovery_max);
        if (world.broken().empty()) recovers.check();
        if (theme == Theme::agents && world.broken().empty()) nothing.check();
        if (world.broken().empty()) world.run_until(std::max(world.now(), end));
    }
    SeedResult result;
    result.theme = name_of(theme);
    result.broken = world.broken();
    result.last_notes = world.notes();
    result.digest = world.digest();
    result.events = world.events();
    result.faults = nemesis.faults();
    result.promotions = cluster.promotions();
    result.acknowledged = cluster.history().count(Outcome::acknowledged, true);
    result.lost = result.broken.empty() ? cluster.lost_writes() : 0;
    result.lost_confirmed = result.broken.empty() ? cluster.lost_confirmed_writes() : 0;
    result.switchovers = cluster.switchovers();
    result.accepted_losses = recovers.accepted_losses();
    return result;
}

}  // namespace baton::simulation
