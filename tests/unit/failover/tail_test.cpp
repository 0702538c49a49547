// What a returning server holds that its group lacks.
#include "core/failover/tail.hpp"

#include <gtest/gtest.h>

namespace baton::failover {
namespace {

using cluster::GroupState;
using cluster::InstanceReport;
using cluster::Remains;
using cluster::Tail;

const InstanceId a{"a"};
const InstanceId b{"b"};
const InstanceId c{"c"};

/// b took over from a at 600 of history H and began I.
GroupState taken_over() {
    GroupState group;
    group.phase = cluster::Phase::steady;
    group.epoch = Epoch{2};
    group.primary = b;
    group.lineage = {"I", 600, {"H", 100, 600}};
    group.loss.epoch = Epoch{2};
    group.loss.promoted = 600;
    group.fallen[a] = {Epoch{2}, "life", "H", 600, 40, 90};
    return group;
}

InstanceReport returns(const InstanceId& instance, const char* history, std::uint64_t offset) {
    InstanceReport report;
    report.instance = instance;
    report.run_id = "life";
    report.replication_id = history;
    report.offset = offset;
    return report;
}

TEST(Tail, APrimaryThatWentOnHasOne) {
    const Tail tail = tail_of(taken_over(), returns(a, "H", 720));
    EXPECT_EQ(tail.remains, Remains::in_memory);
    EXPECT_EQ(tail.replication_id, "H");
    EXPECT_EQ(tail.from, 600U);
    EXPECT_EQ(tail.until, 720U);
    EXPECT_EQ(tail.bytes_known, 120U);
}

TEST(Tail, OneThatStopsWhereItsSuccessorBeganHasNone) {
    EXPECT_EQ(tail_of(taken_over(), returns(a, "H", 600)), Tail{});
    EXPECT_EQ(tail_of(taken_over(), returns(a, "H", 480)), Tail{});
}

TEST(Tail, SoHasOneThatOpenedAgainMeanwhile) {
    InstanceReport report = returns(a, "J", 720);
    report.replication_id2 = "H";
    report.offset2 = 651;
    const Tail tail = tail_of(taken_over(), report);
    EXPECT_EQ(tail.remains, Remains::in_memory);
    EXPECT_EQ(tail.replication_id, "H") << "it still answers to that name up to 650";
    report.offset2 = 601;
    EXPECT_EQ(tail_of(taken_over(), report).remains, Remains::in_memory) << "all of it is J's";
}

/// It opened again at 580, in the same epoch, and went on in J. Its successor copied
/// some of that before anybody recorded J.
TEST(Tail, SoHasOneThatWasLeftInAHistoryThatIsNotOnRecord) {
    InstanceReport report = returns(a, "J", 720);
    report.replication_id2 = "H";
    report.offset2 = 581;
    const Tail tail = tail_of(taken_over(), report);
    EXPECT_EQ(tail.remains, Remains::in_memory);
    EXPECT_EQ(tail.replication_id, "J") << "it answers to H up to 580 only";
    EXPECT_EQ(tail.from, 600U);
    EXPECT_EQ(tail.until, 720U);
    report.offset = 600;
    EXPECT_EQ(tail_of(taken_over(), report), Tail{});
    report.run_id = "another";
    EXPECT_EQ(tail_of(taken_over(), report).remains, Remains::on_disk);
}

TEST(Tail, WhatItsMemoryHeldIsGoneWithAnotherLife) {
    InstanceReport report = returns(a, "X", 10);
    report.run_id = "another";
    const Tail tail = tail_of(taken_over(), report);
    EXPECT_EQ(tail.remains, Remains::on_disk);
    EXPECT_EQ(tail.bytes_known, 40U);
    EXPECT_EQ(tail.bytes_likely, 90U);
}

TEST(Tail, WhoFollowsTheGroupHasNothingLeft) {
    InstanceReport report = returns(a, "I", 900);
    EXPECT_EQ(tail_of(taken_over(), report), Tail{});
    report = returns(a, "H", 720);
    report.following = b;
    report.link_up = true;
    EXPECT_EQ(tail_of(taken_over(), report), Tail{});
    EXPECT_EQ(tail_of(taken_over(), returns(b, "H", 720)), Tail{}) << "the primary itself";
}

TEST(Tail, AStandbyThatWasPassedOverHasOne) {
    EXPECT_EQ(tail_of(taken_over(), returns(c, "H", 640)).remains, Remains::in_memory);
    EXPECT_EQ(tail_of(taken_over(), returns(c, "H", 590)).remains, Remains::nothing);
    EXPECT_EQ(tail_of(taken_over(), returns(c, "X", 640)).remains, Remains::nothing)
        << "a history that nobody knows has no place";
}

/// An operator preferred b, which had left before H began.
TEST(Tail, WhereTheHistoryWasLeftAllBeyondThatIsOne) {
    GroupState group = taken_over();
    group.lineage = {"I", 900, {}};
    group.loss.promoted = 500;
    group.loss.abandoned = "H";
    EXPECT_EQ(tail_of(group, returns(c, "H", 640)).from, 500U);
}

/// An operator preferred b, which holds nothing of history H.
TEST(Tail, WhereTheHistoryWasAbandonedEverythingOfItIsOne) {
    GroupState group = taken_over();
    group.lineage = {"I", 900, {}};
    group.loss.promoted = 0;
    group.loss.abandoned = "H";
    const Tail tail = tail_of(group, returns(c, "H", 640));
    EXPECT_EQ(tail.remains, Remains::in_memory);
    EXPECT_EQ(tail.from, 0U);
    EXPECT_EQ(tail.until, 640U);
    EXPECT_EQ(tail_of(group, returns(c, "X", 640)), Tail{});
    group.phase = cluster::Phase::promoting;
    group.lineage = {"H", 100, {}};
    EXPECT_EQ(tail_of(group, returns(c, "H", 640)).from, 0U);
}

TEST(Tail, BeforeTheNewHistoryIsOnRecordTheAppointmentSaysWhereItBegins) {
    GroupState group = taken_over();
    group.phase = cluster::Phase::promoting;
    group.lineage = {"H", 100, {}};
    EXPECT_EQ(tail_of(group, returns(a, "H", 720)).from, 600U);
    EXPECT_EQ(tail_of(group, returns(c, "H", 640)).from, 600U);
    EXPECT_EQ(tail_of(group, returns(c, "H", 600)).remains, Remains::nothing);
}

}  // namespace
}  // namespace baton::failover
