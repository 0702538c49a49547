// The checkers of consensus, of members and of fronts find what they are there for.
// Those of servers: checkers_test.cpp.
#include "simulation/checkers/bounded.hpp"
#include "simulation/checkers/election_safety.hpp"
#include "simulation/checkers/epoch_monotonic.hpp"
#include "simulation/checkers/log_matching.hpp"
#include "simulation/checkers/no_minority_promotion.hpp"
#include "simulation/checkers/orders_kept.hpp"
#include "simulation/checkers/routes_follow_primary.hpp"
#include "simulation/checkers/state_digest.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace baton::simulation {
namespace {

const NodeId node_a{"a"};
const NodeId node_b{"b"};
const GroupId orders{"orders"};

bool sees(const World& world, const char* property) {
    return world.broken().starts_with(std::string(property) + ":");
}

raft::Status leading(std::uint64_t term) {
    raft::Status status;
    status.role = raft::Role::leader;
    status.term = Term{term};
    return status;
}

TEST(LogCheckers, TwoLeadersOfOneTermAreSeen) {
    World world{1};
    ElectionSafety checker(world);
    checker.seen(node_a, leading(1));
    checker.seen(node_a, leading(1));
    checker.seen(node_b, leading(2));
    EXPECT_EQ(world.broken(), "");
    checker.seen(node_a, leading(2));
    EXPECT_TRUE(sees(world, "election_safety")) << world.broken();
}

raft::Entry entry(std::uint64_t index, std::uint64_t term, const char* payload) {
    raft::Entry made;
    made.index = LogIndex{index};
    made.term = Term{term};
    made.payload = payload;
    return made;
}

TEST(LogCheckers, DifferentEntriesOfOneIndexAndTermAreSeen) {
    World world{1};
    LogMatching checker(world);
    checker.written(entry(1, 1, "x"), Term{0});
    checker.written(entry(1, 1, "x"), std::nullopt);
    checker.written(entry(1, 2, "y"), Term{0});
    EXPECT_EQ(world.broken(), "");
    checker.written(entry(1, 1, "z"), Term{0});
    EXPECT_TRUE(sees(world, "log_matching")) << world.broken();
}

TEST(LogCheckers, EqualEntriesBehindDifferentOnesAreSeen) {
    World world{1};
    LogMatching checker(world);
    checker.written(entry(2, 3, "x"), Term{1});
    checker.written(entry(2, 3, "x"), Term{2});
    EXPECT_TRUE(sees(world, "log_matching")) << world.broken();
}

cluster::State state_at(std::uint64_t epoch, const char* primary) {
    cluster::State state;
    cluster::GroupState& group = state.groups[orders];
    group.declared.id = orders;
    group.declared.write_port = 6380;
    group.epoch = Epoch{epoch};
    group.primary = InstanceId{primary};
    group.phase = cluster::Phase::steady;
    return state;
}

TEST(LogCheckers, AnEpochThatGoesBackIsSeenUnlessTheAgentWasRestarted) {
    World world{1};
    EpochMonotonic checker(world);
    checker.applied(node_a, state_at(2, "a"));
    checker.restarted(node_a);
    checker.applied(node_a, state_at(1, "b"));
    EXPECT_EQ(world.broken(), "");
    checker.applied(node_a, state_at(2, "a"));
    checker.applied(node_a, state_at(1, "b"));
    EXPECT_TRUE(sees(world, "epoch_monotonic")) << world.broken();
}

TEST(LogCheckers, OneEpochOfTwoPrimariesIsSeen) {
    World world{1};
    EpochMonotonic checker(world);
    checker.applied(node_a, state_at(2, "a"));
    checker.applied(node_b, state_at(2, "b"));
    EXPECT_TRUE(sees(world, "epoch_monotonic")) << world.broken();
}

runtime::MemberView view_of(cluster::State state, std::uint64_t applied) {
    runtime::MemberView view;
    view.formed = view.caught_up = true;
    view.state = std::make_shared<cluster::State>(std::move(state));
    view.applied = LogIndex{applied};
    return view;
}

TEST(LogCheckers, DifferentStatesAfterOneEntryAreSeen) {
    World world{1};
    StateDigest checker(world);
    checker.seen(node_a, view_of(state_at(2, "a"), 7));
    checker.seen(node_b, view_of(state_at(2, "a"), 7));
    checker.seen(node_b, view_of(state_at(2, "b"), 8));
    EXPECT_EQ(world.broken(), "");
    checker.seen(node_a, view_of(state_at(3, "b"), 8));
    EXPECT_TRUE(sees(world, "state_digest")) << world.broken();
}

TEST(LogCheckers, WhatGrowsBeyondItsLimitIsSeen) {
    for (const Measures& measures : {Measures{2'001, 0, 0, 0}, Measures{0, 1'025, 0, 0},
                                     Measures{0, 0, 4'097, 0}, Measures{0, 0, 0, 2'001}}) {
        World world{1};
        Bounded checker(world, 1);
        checker.seen(node_a, {2'000, 1'024, 4'096, 2'000});
        EXPECT_EQ(world.broken(), "");
        checker.seen(node_a, measures);
        EXPECT_TRUE(sees(world, "bounded")) << world.broken();
    }
}

TEST(LogCheckers, AStormOfEventsIsSeen) {
    World world{1};
    Bounded checker(world, 1);
    for (int i = 0; i <= 200; ++i) checker.told(node_a);
    checker.seen(node_a, {});
    EXPECT_TRUE(sees(world, "bounded")) << world.broken();
}

TEST(LogCheckers, AnOpeningWithoutAMajorityIsSeen) {
    const Duration length = milliseconds{750};
    World never{1};
    NoMinorityPromotion checker(never, length);
    checker.opened(node_a, InstanceId{"a"});
    EXPECT_TRUE(sees(never, "no_minority_promotion")) << never.broken();
    World world{1};
    NoMinorityPromotion later(world, length);
    later.in_majority(node_a);
    world.run_until(world.now() + length);
    later.opened(node_a, InstanceId{"a"});
    EXPECT_EQ(world.broken(), "");
    world.run_until(world.now() + milliseconds{20});
    later.opened(node_a, InstanceId{"a"});
    EXPECT_TRUE(sees(world, "no_minority_promotion")) << world.broken();
}

TEST(LogCheckers, AnAcceptedOrderThatIsNotInTheLogIsSeen) {
    World world{1};
    OrdersKept checker(world);
    cluster::GroupState group = state_at(2, "a").groups.at(orders);
    checker.accepted(LogIndex{9}, "group.paused");
    checker.applied(group, LogIndex{8});
    EXPECT_EQ(world.broken(), "") << "nobody has come so far";
    cluster::Decision decision;
    decision.index = LogIndex{9};
    decision.rule = "group.paused";
    group.decisions.push_back(decision);
    checker.applied(group, LogIndex{9});
    EXPECT_EQ(world.broken(), "");
    checker.accepted(LogIndex{9}, "request.made");
    checker.applied(group, LogIndex{10});
    EXPECT_TRUE(sees(world, "orders_kept")) << world.broken();
}

FrontRoute route_to(const char* server, std::uint64_t epoch) {
    FrontRoute route;
    route.group = orders;
    route.epoch = Epoch{epoch};
    route.servers.resize(1);
    route.servers.front().instance = InstanceId{server};
    route.servers.front().writes = true;
    return route;
}

TEST(LogCheckers, AFrontThatServesAnotherThanTheAppointedOneIsSeen) {
    World world{1};
    RoutesFollowPrimary checker(world);
    checker.applied(state_at(2, "a"));
    checker.served(node_b, route_to("a", 2));
    checker.served(node_b, route_to("b", 3));
    EXPECT_EQ(world.broken(), "") << "nobody knows yet whose epoch 3 is";
    checker.served(node_b, route_to("b", 2));
    EXPECT_TRUE(sees(world, "routes_follow_primary")) << world.broken();
}

TEST(LogCheckers, AFrontThatDoesNotFollowIsSeen) {
    World world{1};
    RoutesFollowPrimary checker(world);
    const runtime::MemberView view = view_of(state_at(2, "a"), 7);
    FrontProcess front;
    front.alive = true;
    front.routes[orders] = route_to("a", 2);
    const auto look = [&](Duration pause) {
        world.run_until(world.now() + pause);
        checker.sampled(node_b, view, front);
    };
    look({});
    look(seconds{3});
    EXPECT_EQ(world.broken(), "");
    front.routes[orders] = route_to("b", 1);
    checker.away(node_b);
    look(seconds{3});
    look(milliseconds{1900});
    EXPECT_EQ(world.broken(), "") << "its agent has only just come";
    ++front.life;
    look(seconds{3});
    look(milliseconds{1900});
    EXPECT_EQ(world.broken(), "") << "it has only just been started";
    look(milliseconds{200});
    EXPECT_TRUE(sees(world, "routes_follow_primary")) << world.broken();
}

}  // namespace
}  // namespace baton::simulation
