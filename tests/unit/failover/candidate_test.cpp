// Which standby may be promoted, which is best, and why not the others.
#include "core/failover/candidate.hpp"
#include "core/failover/assessment.hpp"
#include "core/failover/posture.hpp"
#include "revoked_group.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace baton::failover {
namespace {

/// b was opened where it stood in H, at 600, fed c, and died before that was
/// recorded. What the old primary wrote beyond 600 is over, however much it is.
TEST(Choose, WhatAnUnrecordedSuccessorLeftBehindIsOver) {
    const GroupState group = revoked_group();
    InstanceReport fed = standby("c", 610);
    fed.replication_id = "I";
    fed.replication_id2 = "H";
    fed.offset2 = 601;  // The next byte of H would have been this one.
    InstanceReport old = standby("a", 900);
    old.closed = Epoch{3};
    const Choice choice = choose(takeover(group, {old, fed}));
    EXPECT_EQ(choice.verdict, Candidate::complete);
    EXPECT_EQ(choice.best, id("c"));
    EXPECT_EQ(choice.standings.front().fitness, Fitness::lossy);
    old.offset = 600;
    const Choice before = choose(takeover(group, {old, fed}));
    EXPECT_EQ(before.standings.front().fitness, Fitness::fit) << "up to there it is the same";
}

TEST(Choose, TakesTheFurthestOfTheRecordedHistory) {
    const GroupState group = revoked_group();
    const Choice choice = choose(takeover(group, {standby("b", 500), standby("c", 700)}));
    EXPECT_EQ(choice.verdict, Candidate::complete);
    EXPECT_EQ(choice.best, id("c"));
}

TEST(Choose, PriorityBreaksTiesOnly) {
    GroupState group = revoked_group();
    group.declared.instances[2].priority = 10;
    EXPECT_EQ(choose(takeover(group, {standby("b", 700), standby("c", 700)})).best, id("c"));
    EXPECT_EQ(choose(takeover(group, {standby("b", 701), standby("c", 700)})).best, id("b"));
    group.declared.instances[1].priority = 0;
    EXPECT_EQ(choose(takeover(group, {standby("b", 701), standby("c", 700)})).best, id("c"));
}

TEST(Choose, WaitsForAStandbyWhosePositionMayStillMove) {
    const GroupState group = revoked_group();
    InstanceReport moving = standby("c", 900);
    moving.severed = Epoch{2};
    Election election = takeover(group, {standby("b", 500), moving});
    EXPECT_EQ(choose(election).verdict, Candidate::awaited);
    election.patience_over = true;
    EXPECT_EQ(choose(election).best, id("b")) << "a frozen replica must not hold everything up";
}

/// Its disk stalls: it could open again while its lease runs.
TEST(Choose, AFormerPrimaryThatLetGoIsFinalWithAPromiseOrOnceItsLeaseIsOver) {
    const GroupState group = revoked_group();
    InstanceReport former = standby("a", 900);
    Election election = takeover(group, {former, standby("b", 500)});
    EXPECT_EQ(choose(election).verdict, Candidate::awaited);
    election.lease_over = true;
    EXPECT_EQ(choose(election).best, id("a"));
    former.severed = Epoch{2};
    election = takeover(group, {former, standby("b", 500)});
    election.lease_over = true;
    EXPECT_EQ(choose(election).verdict, Candidate::awaited) << "it was asked before it knew";
    former.closed = Epoch{3};
    EXPECT_EQ(choose(takeover(group, {former, standby("b", 500)})).best, id("a"));
}

TEST(Choose, OfEquallyFarOnesTheOneOnASoundDisk) {
    const GroupState group = revoked_group();
    Election election = takeover(group, {standby("b", 700), standby("c", 700)});
    election.stalled = {NodeId{"b"}};
    EXPECT_EQ(choose(election).best, id("c"));
    election.reports[id("b")] = standby("b", 701);
    EXPECT_EQ(choose(election).best, id("b")) << "it opens from memory";
    election.stalled.clear();
    InstanceReport failing = standby("b", 700);
    failing.cannot_save = true;
    election.reports[id("b")] = failing;
    EXPECT_EQ(choose(election).best, id("c"));
}

/// The primary left H at 600 and began I there; b and c had not attached again.
GroupState reopened_group() {
    GroupState group = revoked_group();
    group.lineage = {"I", 600, {"H", 100, 600}};
    return group;
}

TEST(Choose, RightAfterAnOpeningTheHistoryBeforeWillDo) {
    const GroupState group = reopened_group();
    Election election = takeover(group, {standby("b", 600), standby("c", 500)});
    EXPECT_EQ(choose(election).verdict, Candidate::lossy) << "they may have been left behind";
    election.just_opened = true;
    EXPECT_EQ(choose(election).verdict, Candidate::complete);
    EXPECT_EQ(choose(election).best, id("b"));
}

TEST(Choose, WhoWentOnInTheHistoryBeforeCountsAsFarAsItIsShared) {
    const GroupState group = reopened_group();
    Election election = takeover(group, {standby("b", 601), standby("c", 99)});
    election.just_opened = true;
    const Choice alone = choose(election);
    EXPECT_EQ(alone.verdict, Candidate::complete);
    EXPECT_EQ(alone.best, id("b"));
    EXPECT_EQ(alone.standings[1].offset, 600U) << "one byte of its own";
    InstanceReport attached = standby("c", 600);
    attached.replication_id = "I";
    election.reports[id("c")] = attached;
    EXPECT_EQ(choose(election).best, id("c")) << "the present history, though b stands first";
}

TEST(Choose, WhereWritesArePromisedTheHistoryBeforeIsAPositionLikeOthers) {
    GroupState group = reopened_group();
    group.declared.durability = cluster::Durability::replicated;
    group.declared.acknowledgements = 1;
    for (const char* name : {"b", "c"}) group.holders[id(name)] = {"r", LogIndex{1}, 100};
    InstanceReport b = standby("b", 550);
    InstanceReport c = standby("c", 500);
    b.run_id = c.run_id = "r";
    EXPECT_EQ(choose(takeover(group, {b})).verdict, Candidate::lossy) << "c may have confirmed";
    EXPECT_EQ(choose(takeover(group, {b, c})).verdict, Candidate::complete);
}

TEST(Choose, AnOffsetOfAnotherHistoryIsNotFurther) {
    const GroupState group = revoked_group();
    InstanceReport foreign = standby("c", 999'999);
    foreign.replication_id = "X";
    const Choice choice = choose(takeover(group, {standby("b", 500), foreign}));
    EXPECT_EQ(choice.best, id("b"));
    EXPECT_EQ(choice.verdict, Candidate::complete);
}

TEST(Choose, ADescendantOfTheRecordedHistoryIsFit) {
    const GroupState group = revoked_group();
    InstanceReport newer = standby("c", 650);
    newer.replication_id = "I";
    newer.replication_id2 = "H";
    newer.offset2 = 600;
    EXPECT_EQ(choose(takeover(group, {standby("b", 500), newer})).best, id("c"));
    newer.offset2 = 50;
    EXPECT_EQ(choose(takeover(group, {standby("b", 500), newer})).best, id("b"))
        << "it left that history before the recorded primary began";
}

TEST(Choose, AnInstanceFromBeforeTheRecordedPrimaryIsLossy) {
    const GroupState group = revoked_group();
    const Choice choice = choose(takeover(group, {standby("b", 40)}));
    EXPECT_EQ(choice.verdict, Candidate::lossy);
    EXPECT_EQ(choice.best, id("b"));
}

TEST(Choose, TheReturnedPrimaryCountsOnlyOnceItIsClosed) {
    const GroupState group = revoked_group();
    InstanceReport old = standby("a", 800);
    Election election = takeover(group, {old, standby("b", 500)});
    EXPECT_EQ(choose(election).verdict, Candidate::awaited);
    election.reports[id("a")].closed = Epoch{3};
    EXPECT_EQ(choose(election).best, id("a")) << "a false suspicion moves no data";
}

TEST(Choose, AfterTotalLossTheLastPrimarysDiskIsBestUnlessItIsTheEmptyOne) {
    const GroupState group = revoked_group();
    InstanceReport a = standby("a", 0);
    InstanceReport b = standby("b", 0);
    InstanceReport c = standby("c", 0);
    for (InstanceReport* report : {&a, &b, &c}) report->replication_id = "new";
    a.closed = Epoch{3};
    EXPECT_EQ(choose(takeover(group, {a, b, c})).best, id("a"));
    EXPECT_EQ(choose(takeover(group, {a, b, c})).verdict, Candidate::complete);
    a.keys = 0;
    EXPECT_EQ(choose(takeover(group, {a, b, c})).verdict, Candidate::lossy)
        << "an empty restarter must not wipe the others";
    Election missing = takeover(group, {b, c});
    EXPECT_EQ(choose(missing).verdict, Candidate::lossy) << "the last primary is not heard";
}

TEST(Choose, AnOperatorsTargetIsHonouredWhereNothingIsLost) {
    const GroupState group = revoked_group();
    Election election = takeover(group, {standby("b", 500), standby("c", 700)});
    election.target = id("b");
    EXPECT_EQ(choose(election).best, id("c"));
    election.loss_accepted = true;
    EXPECT_EQ(choose(election).best, id("b"));
}

TEST(Choose, BirthNeedsEveryInstanceAndRefusesToGuessBetweenDataSets) {
    GroupState group = revoked_group();
    group.phase = Phase::vacant;
    group.epoch = Epoch{};
    group.primary = InstanceId{};
    Election election = takeover(group, {standby("a", 0), standby("b", 0)});
    election.purpose = Purpose::birth;
    EXPECT_EQ(choose(election).verdict, Candidate::awaited);
    election.reports[id("c")] = standby("c", 0);
    EXPECT_EQ(choose(election).verdict, Candidate::complete);
    election.reports[id("c")].replication_id = "other";
    EXPECT_EQ(choose(election).verdict, Candidate::lossy);
    election.reports[id("c")].keys = 0;
    election.reports[id("b")].keys = 0;
    EXPECT_EQ(choose(election).best, id("a")) << "the only one with data";
    election.reports.erase_if([](const auto& item) { return item.first == id("c"); });
    election.patience_over = true;
    EXPECT_EQ(choose(election).verdict, Candidate::lossy) << "the missing one may hold data";
}

/// Every server lost its memory, and the last primary was given priority 0
/// since: its disk is the best copy, and only an operator may pass it over.
TEST(Choose, ALastPrimaryOfPriorityZeroIsHeldBackAndNamed) {
    GroupState group = revoked_group();
    group.declared.instances[0].priority = 0;
    std::vector<InstanceReport> restarted{standby("a", 0), standby("b", 0), standby("c", 0)};
    for (InstanceReport& each : restarted) each.replication_id = "own" + each.instance.text;
    restarted[0].closed = Epoch{3};
    Election election = takeover(group, restarted);
    const Choice choice = choose(election);
    EXPECT_EQ(choice.verdict, Candidate::held_back);
    EXPECT_NE(choice.standings[0].why.find("give a another priority"), std::string::npos);
    EXPECT_NE(choice.standings[0].why.find("baton group failover orders"), std::string::npos);
    election.loss_accepted = true;
    EXPECT_EQ(choose(election).verdict, Candidate::lossy);
    EXPECT_EQ(choose(election).best, id("b"));
}

TEST(Choose, ASwitchoverTargetMustFollowThePrimaryNow) {
    GroupState group = revoked_group();
    group.phase = Phase::steady;
    group.revoked = false;
    InstanceReport b = standby("b", 500);
    b.following = id("a");
    b.link_up = true;
    InstanceReport c = standby("c", 500);
    std::map<NodeId, cluster::NodeReport> reports;
    reports[NodeId{"b"}].instances = {{b.instance, b}};
    reports[NodeId{"c"}].instances = {{c.instance, c}};
    EXPECT_EQ(switchover_choice({}, group, reports, {}, id("b")).verdict, Candidate::complete);
    EXPECT_EQ(switchover_choice({}, group, reports, {}, id("c")).verdict, Candidate::none);
    EXPECT_EQ(switchover_choice({}, group, reports, {}, id("a")).verdict, Candidate::none);
    EXPECT_EQ(switchover_choice({}, group, reports, {}, InstanceId{}).best, id("b"));
}

TEST(Choose, ASwitchoverTargetMustBeWellHeard) {
    GroupState group = revoked_group();
    group.phase = Phase::steady;
    group.revoked = false;
    InstanceReport b = standby("b", 500);
    b.following = id("a");
    b.link_up = true;
    std::map<NodeId, cluster::NodeReport> reports;
    reports[NodeId{"b"}].instances = {{b.instance, b}};
    Hearings hearings{{NodeId{"b"}, {cluster::Liveness::suspect, Duration{0}}}};
    const auto chosen = [&] { return switchover_choice({}, group, reports, hearings, id("b")); };
    EXPECT_EQ(chosen().verdict, Candidate::none) << "its node may have died a moment ago";
    EXPECT_NE(describe(chosen()).find("its node b is suspected"), std::string::npos);
    hearings[NodeId{"b"}] = {cluster::Liveness::alive, report_age_max};
    EXPECT_EQ(chosen().verdict, Candidate::complete);
    hearings[NodeId{"b"}].report_age += std::chrono::milliseconds{1};
    EXPECT_EQ(chosen().verdict, Candidate::none);
    EXPECT_NE(describe(chosen()).find("reported 1001 ms ago"), std::string::npos);
}

TEST(Choose, AFailoverIsForeseenWithThePositionsAsReported) {
    GroupState group = revoked_group();
    group.revoked = false;
    InstanceReport b = standby("b", 500);
    b.severed = Epoch{};
    InstanceReport c = standby("c", 500);
    c.replication_id = "foreign";
    std::map<NodeId, cluster::NodeReport> reports;
    reports[NodeId{"a"}].instances = {{id("a"), standby("a", 500)}};
    reports[NodeId{"b"}].instances = {{b.instance, b}};
    reports[NodeId{"c"}].instances = {{c.instance, c}};
    const Choice choice = failover_choice({}, group, reports);
    EXPECT_EQ(choice.standings[0].why, "it is the primary already");
    EXPECT_EQ(choice.standings[1].fitness, Fitness::fit);
    EXPECT_EQ(choice.standings[2].fitness, Fitness::lossy);
}

/// Every order in which up to five standbys can have fallen behind.
TEST(Choose, FindsTheFurthestInEveryOrderOfUpToFive) {
    for (std::size_t count = 1; count <= 5; ++count) {
        GroupState group = revoked_group();
        group.declared.instances.clear();
        std::vector<std::uint64_t> offsets;
        for (std::size_t each = 0; each < count; ++each) {
            cluster::Instance instance;
            instance.id = InstanceId{"s" + std::to_string(each)};
            group.declared.instances.push_back(instance);
            offsets.push_back(200 + each);
        }
        do {
            std::vector<InstanceReport> reports;
            for (std::size_t each = 0; each < count; ++each) {
                reports.push_back(standby(("s" + std::to_string(each)).c_str(), offsets[each]));
            }
            const Choice choice = choose(takeover(group, reports));
            const auto furthest = std::ranges::max_element(offsets) - offsets.begin();
            EXPECT_EQ(choice.best.text, "s" + std::to_string(furthest));
        } while (std::ranges::next_permutation(offsets).found);
    }
}

LocalAuthority valid_lease() {
    LocalAuthority authority;
    authority.now = Instant{std::chrono::seconds{10}};
    authority.close_at = Instant{std::chrono::seconds{11}};
    return authority;
}

TEST(Posture, OnlyAnAppointmentWithAValidLeaseOpens) {
    GroupState group = revoked_group();
    group.revoked = false;
    group.phase = Phase::promoting;
    LocalAuthority authority = valid_lease();
    EXPECT_EQ(posture(group, id("a"), authority).want, Want::primary);
    authority.close_at = authority.now;
    EXPECT_EQ(posture(group, id("a"), authority).want, Want::isolated);
    authority = valid_lease();
    authority.closed = Epoch{3};
    EXPECT_EQ(posture(group, id("a"), authority).want, Want::isolated);
    EXPECT_TRUE(posture(group, id("a"), authority).for_good);
    EXPECT_EQ(posture(group, id("b"), valid_lease()).want, Want::isolated);
}

TEST(Posture, ARevocationClosesTheHolderForGoodAndSeversTheOthers) {
    const GroupState group = revoked_group();
    EXPECT_TRUE(posture(group, id("a"), valid_lease()).for_good);
    EXPECT_EQ(posture(group, id("b"), valid_lease()).want, Want::isolated);
    EXPECT_FALSE(posture(group, id("b"), valid_lease()).for_good);
}

TEST(Posture, ARestartingAgentOfThePrimaryDoesNotMakeStandbysLetGo) {
    GroupState group = revoked_group();
    group.revoked = false;
    group.phase = Phase::steady;
    EXPECT_EQ(posture(group, id("b"), LocalAuthority{}).want, Want::following);
    group.phase = Phase::promoting;
    EXPECT_EQ(posture(group, id("b"), LocalAuthority{}).want, Want::isolated);
}

}  // namespace
}  // namespace baton::failover
