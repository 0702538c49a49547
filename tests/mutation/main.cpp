// Switches one mutant on and runs seeds until the checker that has to see it
// does. Without a mutant: one line per seed, to compare with baton_simulation.
#include "mutation/catalogue.hpp"
#include "simulation/apart.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>

namespace {

using baton::mutation::Mutant;
using baton::simulation::SeedOptions;
using baton::simulation::SeedRange;

constexpr int caught = 0;
constexpr int survived = 1;
constexpr int usage = 2;

bool names(std::string_view checkers, std::string_view property) {
    while (!checkers.empty()) {
        const std::size_t comma = std::min(checkers.find(','), checkers.size());
        if (checkers.substr(0, comma) == property) return true;
        checkers.remove_prefix(std::min(comma + 1, checkers.size()));
    }
    return false;
}

/// A seed that breaks something else proves nothing about the checker that is
/// named, so the hunt goes on.
int hunt(const Mutant& mutant, SeedOptions options, SeedRange seeds) {
    const std::string name{mutant.name};
    std::string other;
    for (options.seed = seeds.first; options.seed < seeds.end; ++options.seed) {
        const std::string broken = run_apart(options).broken;
        if (broken.empty()) continue;
        const std::string at = "seed " + std::to_string(options.seed) + ": " + broken;
        if (names(mutant.checkers, baton::simulation::property_of(broken))) {
            std::printf("mutant %s: caught by %s\n", name.c_str(), at.c_str());
            return caught;
        }
        if (other.empty()) other = "; only other checkers saw it, first " + at;
    }
    std::printf("mutant %s: survived seeds %llu to %llu%s\n", name.c_str(),
                static_cast<unsigned long long>(seeds.first),
                static_cast<unsigned long long>(seeds.end - 1), other.c_str());
    return survived;
}

int print_details(SeedOptions options, SeedRange seeds) {
    for (options.seed = seeds.first; options.seed < seeds.end; ++options.seed) {
        std::printf("%s\n", to_text(options, run_seed(options)).c_str());
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Simulates clusters that run one mistake on purpose"};
    SeedOptions options;
    std::string name;
    std::string range;
    std::string theme;
    app.add_option("--mutant", name, "Which mistake; none: the product as it is");
    app.add_option("--seeds", range, "A range of seeds, A..B; else that of the mutant");
    app.add_option("--theme", theme, "The theme of the faults; else that of the mutant");
    app.add_flag("--verbose", options.verbose, "Print the story as it happens");
    CLI11_PARSE(app, argc, argv);
    const Mutant* mutant = name.empty() ? nullptr : baton::mutation::choose(name);
    if (!name.empty() && mutant == nullptr) {
        std::fprintf(stderr, "no mutant has the name %s\n", name.c_str());
        return usage;
    }
    if (theme.empty() && mutant != nullptr) theme = mutant->theme;
    if (!theme.empty()) options.theme = theme;
    SeedRange seeds = baton::simulation::seeds_in(range);
    if (range.empty() && mutant != nullptr) seeds = {mutant->first_seed, mutant->last_seed + 1};
    if (seeds.first >= seeds.end) {
        std::fprintf(stderr, "no seeds: --seeds wants A..B\n");
        return usage;
    }
    return mutant == nullptr || options.verbose ? print_details(options, seeds)
                                                : hunt(*mutant, options, seeds);
}
