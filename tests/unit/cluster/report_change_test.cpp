// Reports told in parts: whoever hears them knows exactly what some report said.
#include "core/cluster/report_change.hpp"

#include "base/random.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace baton::cluster {
namespace {

InstanceReport at(std::uint64_t offset) {
    InstanceReport report;
    report.offset = offset;
    return report;
}

NodeReport report_of(std::uint64_t sequence) {
    NodeReport report;
    report.node = NodeId{"a"};
    report.sequence = sequence;
    report.instances = {{InstanceId{"x"}, at(1)}, {InstanceId{"y"}, at(1)}};
    report.fronts = {{GroupId{"g"}, Epoch{1}}, {GroupId{"h"}, Epoch{1}}};
    return report;
}

TEST(ReportChange, SaysOnlyWhatChanged) {
    const NodeReport before = report_of(7);
    NodeReport present = report_of(8);
    present.instances[InstanceId{"y"}].offset = 2;
    present.applied = LogIndex{5};
    const NodeReport told = change_since(before, present);
    EXPECT_EQ(told.since, 7U);
    EXPECT_EQ(told.instances, (InstanceReports{{InstanceId{"y"}, at(2)}}));
    EXPECT_TRUE(told.fronts.empty());
    EXPECT_EQ(told.applied, LogIndex{5});
    NodeReport known = before;
    ASSERT_TRUE(take_in(known, told));
    EXPECT_EQ(known, present);
}

TEST(ReportChange, IsWholeWhereSomethingIsGoneAndAtFirst) {
    NodeReport present = report_of(8);
    EXPECT_EQ(change_since(NodeReport{}, present), present);
    present.instances.erase_if([](const auto& item) { return item.first.text == "x"; });
    EXPECT_EQ(change_since(report_of(7), present), present);
    present = report_of(8);
    present.fronts = {{GroupId{"h"}, Epoch{1}}};
    EXPECT_EQ(change_since(report_of(7), present), present);
}

TEST(ReportChange, IsNotTakenInWithoutTheReportItContinues) {
    NodeReport present = report_of(8);
    const NodeReport told = change_since(report_of(7), present);
    for (const NodeReport& before : {NodeReport{}, report_of(6), report_of(8)}) {
        NodeReport known = before;
        EXPECT_FALSE(take_in(known, told));
        EXPECT_EQ(known, before);
    }
}

/// A server comes, changes, or goes; a front is switched.
void change(NodeReport& report, Random& random) {
    ++report.sequence;
    report.doubts_itself = random.one_in(2);
    const InstanceId server{std::string(1, static_cast<char>('p' + random.below(6)))};
    if (random.one_in(4)) {
        report.instances.erase_if([&](const auto& item) { return item.first == server; });
    } else {
        report.instances[server].offset = random.below(3);
    }
    const GroupId group{std::string(1, static_cast<char>('g' + random.below(3)))};
    if (random.one_in(8)) {
        report.fronts = {};
    } else {
        report.fronts[group] = Epoch{random.below(3)};
    }
}

TEST(ReportChange, WhoeverHearsSomeKnowsWhatOneOfThemSaid) {
    Random random(3);
    NodeReport present = report_of(100);
    NodeReport known;
    std::vector<NodeReport> said{known};
    int missed = 0;
    for (int step = 0; step < 20'000; ++step) {
        const NodeReport before = present;
        change(present, random);
        said.push_back(present);
        const bool whole = random.one_in(10);
        NodeReport told = whole ? present : change_since(before, present);
        if (random.one_in(6)) continue;  // Lost.
        const bool taken = take_in(known, std::move(told));
        EXPECT_TRUE(taken || !whole);
        if (taken) said = {present};
        if (!taken) ++missed;
        ASSERT_EQ(known, said.front());
    }
    EXPECT_GT(missed, 1'000);
}

TEST(ReportChange, OfTheNodeItselfOnlyWhatDecidesIsCompared) {
    NodeReport one = report_of(1);
    one.peers = {{NodeId{"b"}, Liveness::alive, 1, true, 5}};
    NodeReport other = report_of(2);
    other.peers = {{NodeId{"b"}, Liveness::alive, 3, true, 6}};
    other.instances = {};
    EXPECT_TRUE(same_node(one, other));
    other.peers.front().liveness = Liveness::suspect;
    EXPECT_FALSE(same_node(one, other));
    other = one;
    other.disk_stalled = true;
    EXPECT_FALSE(same_node(one, other));
}

}  // namespace
}  // namespace baton::cluster
