#include "core/failover/descent.hpp"

#include <gtest/gtest.h>

namespace baton::failover {
namespace {

using cluster::InstanceReport;
using cluster::Lineage;

/// The group wrote history G up to 400, and has written H since.
const Lineage h_after_g{.replication_id = "H", .offset = 400, .former = {"G", 100, 400}};

InstanceReport holds(const std::string& id, std::uint64_t offset) {
    InstanceReport report;
    report.replication_id = id;
    report.offset = offset;
    return report;
}

InstanceReport began(const std::string& former, std::uint64_t left, std::uint64_t offset) {
    InstanceReport report = holds("own", offset);
    report.replication_id2 = former;
    report.offset2 = left + 1;
    return report;
}

TEST(Shared, AllThatIsOfThePresentHistory) {
    EXPECT_EQ(shared_until(holds("H", 550), h_after_g), 550U);
    EXPECT_EQ(shared_until(began("H", 520, 900), h_after_g), 520U);
}

TEST(Shared, TheFormerHistoryOnlyUpToWhereTheGroupLeftIt) {
    EXPECT_EQ(shared_until(holds("G", 390), h_after_g), 390U);
    EXPECT_EQ(shared_until(holds("G", 460), h_after_g), 400U) << "60 bytes of its own";
    EXPECT_EQ(shared_until(began("G", 380, 900), h_after_g), 380U);
    EXPECT_EQ(shared_until(began("G", 460, 900), h_after_g), 400U);
}

TEST(Shared, NothingOfAHistoryThatNobodyKnows) {
    EXPECT_EQ(shared_until(holds("X", 460), h_after_g), 0U);
    EXPECT_EQ(shared_until(holds("", 460), h_after_g), 0U);
    EXPECT_EQ(shared_until(holds("", 460), Lineage{}), 0U) << "two unknown ones are not the same";
}

TEST(FormerHistory, IsFallenShortOfAlsoByOneThatWentOnWithIt) {
    EXPECT_TRUE(falls_short_of(holds("G", 390), h_after_g));
    EXPECT_TRUE(falls_short_of(holds("G", 460), h_after_g)) << "it lacks what is of H";
    EXPECT_FALSE(falls_short_of(holds("G", 90), h_after_g)) << "G itself began after that";
    EXPECT_FALSE(falls_short_of(holds("H", 390), h_after_g));
}

TEST(Position, IsWhatTheServerHasInCommonWithItsGroup) {
    EXPECT_EQ(position_in(h_after_g, holds("H", 550)), 550U);
    EXPECT_EQ(position_in(h_after_g, began("H", 520, 900)), 900U) << "it goes on from H";
    EXPECT_EQ(position_in(h_after_g, holds("G", 390)), 390U);
    EXPECT_EQ(position_in(h_after_g, holds("G", 460)), 400U);
    EXPECT_EQ(position_in(Lineage{}, holds("X", 7)), 7U) << "nothing to compare with yet";
}

}  // namespace
}  // namespace baton::failover
