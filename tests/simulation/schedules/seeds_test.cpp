// The simulator itself: one seed is one history.
#include "simulation/seed_run.hpp"

#include <gtest/gtest.h>

namespace baton::simulation {
namespace {

TEST(Seeds, TwentySeedsRunTwiceAgree) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        SeedOptions options;
        options.seed = seed;
        options.seconds = 14;
        const SeedResult first = run_seed(options);
        const SeedResult second = run_seed(options);
        EXPECT_EQ(first.digest, second.digest) << "seed " << seed;
        EXPECT_EQ(first.events, second.events) << "seed " << seed;
        EXPECT_EQ(first.broken, second.broken) << "seed " << seed;
    }
}

TEST(Seeds, DifferentSeedsDiffer) {
    EXPECT_NE(run_seed({.seed = 1, .seconds = 11}).digest,
              run_seed({.seed = 2, .seconds = 11}).digest);
}

}  // namespace
}  // namespace baton::simulation
