#include "simulation/seed_run.hpp"

#include "simulation/checkers/nothing_happens.hpp"
#include "simulation/checkers/recovers.hpp"
#include "simulation/nemesis.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iomanip>
#include <sstream>

namespace baton::simulation {

namespace {

constexpr std::array themes{Theme::agents,     Theme::servers,  Theme::network,
                            Theme::disks,      Theme::machines, Theme::everything,
                            Theme::everything, Theme::members,  Theme::everything,
                            Theme::operators,  Theme::changes,  Theme::everything};
constexpr Duration cold_start_max = seconds{10};

Theme theme_of(const SeedOptions& options) {
    for (const Theme each : themes) {
        if (options.theme && name_of(each) == *options.theme) return each;
    }
    return themes[options.seed % themes.size()];
}

/// A third each: no promise, a promise with one confirmation, and with two.
void promise(cluster::Group& group, const SeedOptions& options) {
    const std::uint64_t confirmations = options.seed / themes.size() % 3;
    if (confirmations == 0) return;
    group.durability = cluster::Durability::replicated;
    group.acknowledgements = static_cast<std::uint32_t>(confirmations);
}

/// Where no guard ends a server, an operator's command does: at once, or in the end.
PowerSwitch power_of(const SeedOptions& options) {
    return options.seed / 7 % 2 == 0 ? PowerSwitch::works : PowerSwitch::broken;
}

}  // namespace

SeedResult run_seed(const SeedOptions& options) {
    const Theme theme = theme_of(options);
    Setup setup;
    setup.seed = options.seed;
    setup.nodes = options.nodes;
    setup.verbose = options.verbose;
    // By the seed alone, so that the others play as if there were no such thing.
    setup.kernel_leases = options.seed % 4 == 3;
    setup.guards = options.seed % 7 != 5;
    if (!setup.guards) setup.power = power_of(options);
    promise(setup.group, options);
    Cluster cluster(setup);
    World& world = cluster.world();
    const Instant end{std::chrono::seconds{options.seconds}};
    Nemesis nemesis(cluster, theme, options.struck);
    Recovers recovers(cluster);
    SeedResult result;
    if (!cluster.run_until_steady(cold_start_max)) {
        world.fail("recovers", "no steady group after a cold start: " + cluster.unsteady_because());
    } else {
        NothingHappens nothing(cluster);
        const Instant began = world.now();
        const Instant calm = end - recovery_max;
        options.schedule ? nemesis.replay(*options.schedule, calm) : nemesis.run_until(calm);
        const Instant repaired = world.now();
        if (world.broken().empty()) recovers.check(nemesis.people());
        result.recovery = world.now() - repaired;
        if (theme == Theme::agents && world.broken().empty()) nothing.check();
        if (world.broken().empty()) world.run_until(std::max(world.now(), end));
        if (world.broken().empty()) cluster.check_confirmed();
        result.gaps = cluster.history().gaps(began, world.now(), gap_min);
    }
    result.simulated = world.now().since_boot;
    result.judgements = world.judgements();
    result.theme = name_of(theme);
    result.broken = world.broken();
    result.last_notes = world.notes();
    result.digest = world.digest();
    result.events = world.events();
    result.struck = nemesis.struck();
    result.promotions = cluster.promotions();
    result.acknowledged = cluster.history().count(Outcome::acknowledged, true);
    result.lost = result.broken.empty() ? cluster.lost_writes() : 0;
    result.lost_confirmed = result.broken.empty() ? cluster.lost_confirmed_writes() : 0;
    result.switchovers = cluster.switchovers();
    result.accepted_losses = recovers.accepted_losses();
    return result;
}

std::string property_of(const std::string& broken) {
    return broken.substr(0, broken.find(':'));
}

std::string to_text(const SeedOptions& options, const SeedResult& result) {
    std::ostringstream text;
    text << "seed " << options.seed << "  theme " << result.theme << "  digest " << std::hex
         << std::setw(16) << std::setfill('0') << result.digest << std::dec << "  events "
         << result.events << "  faults " << result.struck.size() << "  promotions "
         << result.promotions << "  acknowledged " << result.acknowledged << "  lost "
         << result.lost << "  confirmed lost " << result.lost_confirmed << "  switchovers "
         << result.switchovers << "  losses accepted " << result.accepted_losses << "  "
         << (result.broken.empty() ? "held" : result.broken);
    return text.str();
}

SeedRange seeds_in(const std::string& text) {
    const std::size_t dots = text.find("..");
    if (dots == std::string::npos) return {};
    return {.first = std::strtoull(text.c_str(), nullptr, 10),
            .end = std::strtoull(text.c_str() + dots + 2, nullptr, 10) + 1};
}

}  // namespace baton::simulation
