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

}  // namespace
}  // namespace baton::failover
