// The checkers find what they are there for.
#include "simulation/checkers/acknowledged_after_revoke.hpp"
#include "simulation/checkers/best_promoted.hpp"
#include "simulation/checkers/confirmed_kept.hpp"
#include "simulation/checkers/fencing_tokens.hpp"
#include "simulation/checkers/no_silent_loss.hpp"
#include "simulation/checkers/no_wipe.hpp"
#include "simulation/checkers/no_wrong_answer.hpp"
#include "simulation/checkers/nothing_happens.hpp"
#include "simulation/checkers/recovers.hpp"
#include "simulation/checkers/single_writer.hpp"
#include "simulation/checkers/switchover_keeps_all.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace baton::simulation {
namespace {

struct TwoServers : ::testing::Test {
    RedisModel server(const char* name) {
        cluster::Instance instance;
        instance.id = InstanceId{name};
        instance.node = NodeId{name};
        RedisWatch watch;
        watch.acknowledged = [](const RedisModel&, std::uint64_t) {};
        watch.opened = [](const RedisModel&) {};
        watch.began = [](const RedisModel&) {};
        watch.copied = [](const RedisModel&, const std::vector<Write>&) {};
        const auto nobody = [](const cluster::Endpoint&) -> RedisModel* { return nullptr; };
        return {world, network, instance.node, instance, nobody, watch};
    }
    void write(RedisModel& model, std::uint64_t count) {
        model.start();
        const ConnectionPtr connection = model.connect([] {});
        model.execute(connection, {{"REPLICAOF", "NO", "ONE"}}, [](const auto&) {});
        world.run_until(world.now() + seconds{1});
        for (std::uint64_t id = 1; id <= count; ++id) {
            model.write(connection, id, [](const std::string&) {});
            world.run_until(world.now() + milliseconds{1});
        }
        ASSERT_EQ(model.data().size(), count);
    }
    void hand_over(SwitchoverKeepsAll& checker, const char* rule) const {
        cluster::GroupState group;
        group.epoch = Epoch{1};
        group.primary = InstanceId{"a"};
        checker.applied(group);
        group.epoch = Epoch{2};
        group.primary = InstanceId{"b"};
        cluster::Decision decision;
        decision.epoch = group.epoch;
        decision.rule = rule;
        group.decisions.push_back(decision);
        checker.applied(group);
    }

    World world{1};
    Network network{world};
};

TEST_F(TwoServers, ASwitchoverThatLosesAWriteIsSeen) {
    RedisModel a = server("a");
    RedisModel b = server("b");
    write(a, 3);
    write(b, 2);
    SwitchoverKeepsAll checker(world);
    hand_over(checker, "switchover.finish");
    ASSERT_EQ(checker.predecessor(b.id()), a.id());
    checker.opened(b, a);
    EXPECT_NE(world.broken().find("switchover_keeps_all"), std::string::npos);
    EXPECT_FALSE(checker.predecessor(b.id())) << "judged once";
}

TEST_F(TwoServers, AWriteThatIsGivenUpUnseenIsSeen) {
    RedisModel a = server("a");
    write(a, 2);
    const std::vector<Write> before{{1, 60}, {2, 120}, {3, 180}};
    NoSilentLoss checker(world);
    checker.copied(a, before);
    EXPECT_EQ(world.broken(), "") << "it had acknowledged none of them itself";
    checker.acknowledged(a.id(), 3);
    checker.kept(a.id(), {3});
    checker.copied(a, before);
    EXPECT_EQ(world.broken(), "") << "kept";
    checker.acknowledged(a.id(), 4);
    checker.emitted({Severity::error, "tail.dropped", "", {{"instance", "a"}}});
    checker.copied(a, {{4, 240}});
    EXPECT_EQ(world.broken(), "") << "told";
    checker.opened(a.id());
    checker.copied(a, {{4, 240}});
    EXPECT_EQ(world.broken().find("no_silent_loss"), 0U);
}

TEST_F(TwoServers, AnOpeningBesideAFurtherServerIsSeenOnceThatWasThereForASecond) {
    RedisModel a = server("a");
    RedisModel b = server("b");
    write(a, 2);
    write(b, 3);
    BestPromoted checker(world);
    checker.opened(a, b);
    EXPECT_EQ(world.broken(), "") << "its node was in touch with nobody";
    checker.in_touch(b.node(), true);
    checker.opened(a, b);
    EXPECT_EQ(world.broken(), "") << "it has only just come";
    world.run_until(world.now() + milliseconds{1100});
    checker.opened(b, a);
    EXPECT_EQ(world.broken(), "") << "the further one itself";
    b.freeze();
    checker.opened(a, b);
    EXPECT_EQ(world.broken(), "") << "it is frozen";
    b.thaw();
    checker.in_touch(b.node(), false);
    checker.in_touch(b.node(), true);
    world.run_until(world.now() + milliseconds{1100});
    checker.opened(a, b);
    EXPECT_EQ(world.broken().find("best_promoted"), 0U) << world.broken();
}

cluster::Group replicated(std::uint32_t confirmations) {
    cluster::Group group;
    group.durability = cluster::Durability::replicated;
    group.acknowledgements = confirmations;
    return group;
}

TEST_F(TwoServers, APrimaryWithoutAConfirmedWriteIsSeenWhereThatWasPromised) {
    RedisModel a = server("a");
    write(a, 2);
    ConfirmedKept checker(world, replicated(2));
    checker.confirmed(2, 2);
    checker.confirmed(9, 1);
    checker.check(a);
    EXPECT_EQ(world.broken(), "") << "one standby is not enough";
    checker.confirmed(10, 2);
    checker.loss_accepted();
    checker.check(a);
    EXPECT_EQ(world.broken(), "") << "an operator accepted it";
    checker.confirmed(11, 2);
    checker.declared(cluster::Group{});
    checker.confirmed(12, 2);
    checker.declared(replicated(1));
    checker.check(a);
    EXPECT_EQ(world.broken(), "") << "async promises nothing";
    checker.confirmed(13, 1);
    checker.check(a);
    EXPECT_EQ(world.broken().find("confirmed_kept"), 0U) << world.broken();
}

TEST_F(TwoServers, AFailoverIsNotJudgedAsASwitchover) {
    SwitchoverKeepsAll checker(world);
    hand_over(checker, "fence.appoint");
    EXPECT_FALSE(checker.predecessor(InstanceId{"b"}));
}

cluster::GroupState appointed(const char* server, std::uint64_t epoch) {
    cluster::GroupState group;
    group.epoch = Epoch{epoch};
    group.primary = InstanceId{server};
    return group;
}

TEST(Checkers, AnAcknowledgementUnderAnEarlierAppointmentIsSeen) {
    World world{1};
    AcknowledgedAfterRevoke checker(world);
    checker.applied(appointed("a", 1));
    checker.acknowledged(InstanceId{"a"});
    checker.applied(appointed("b", 2));
    checker.applied(appointed("a", 1));
    checker.acknowledged(InstanceId{"b"});
    EXPECT_EQ(world.broken(), "");
    checker.acknowledged(InstanceId{"a"});
    EXPECT_EQ(world.broken().find("acknowledged_after_revoke"), 0U);
}

TEST(Checkers, AnAcknowledgementOfAnEarlierTermOfOfficeIsSeen) {
    World world{1};
    SingleWriter checker(world);
    checker.acknowledged(InstanceId{"a"}, "x");
    checker.acknowledged(InstanceId{"b"}, "y");
    checker.acknowledged(InstanceId{"a"}, "z");
    EXPECT_EQ(world.broken(), "") << "each opening is a term of its own";
    checker.acknowledged(InstanceId{"b"}, "y");
    EXPECT_EQ(world.broken().find("single_writer"), 0U);
}

/// Of a whole cluster, because these two judge one.
TEST(Checkers, AFailoverIsSeenWhereNothingMayHappen) {
    Cluster cluster{simulation::Setup{.seed = 2}};
    ASSERT_TRUE(cluster.run_until_steady(seconds{10}));
    NothingHappens checker(cluster);
    ASSERT_TRUE(cluster.run_for(seconds{1}));
    checker.check();
    EXPECT_EQ(cluster.world().broken(), "");
    const NodeId primary = cluster.primary_node();
    cluster.node(primary.text).machine().kill(cluster.server_on(primary).id().text);
    ASSERT_TRUE(cluster.run_for(seconds{1}));
    checker.check();
    EXPECT_EQ(cluster.world().broken().find("nothing_happens"), 0U) << cluster.world().broken();
}

TEST(Checkers, AClusterThatDoesNotRecoverIsSeen) {
    Cluster cluster{simulation::Setup{.seed = 2}};
    ASSERT_TRUE(cluster.run_until_steady(seconds{10}));
    simulation::Operator people(cluster);
    Recovers checker(cluster);
    checker.check(people);
    EXPECT_EQ(cluster.world().broken(), "");
    cluster.node(cluster.standby_nodes().front().text).crash();
    checker.check(people);
    EXPECT_EQ(cluster.world().broken().find("recovers"), 0U) << cluster.world().broken();
}

TEST(Checkers, AFrontThatGoesBackToAnEarlierEpochIsSeen) {
    World world{1};
    FencingTokens checker(world);
    FrontRoute route;
    for (const std::uint64_t epoch : {1U, 2U, 2U}) {
        route.epoch = Epoch{epoch};
        checker.served(NodeId{"a"}, route);
    }
    route.epoch = Epoch{1};
    checker.served(NodeId{"b"}, route);
    EXPECT_EQ(world.broken(), "");
    checker.served(NodeId{"a"}, route);
    EXPECT_EQ(world.broken().find("fencing_tokens"), 0U);
}

TEST(Checkers, AServerThatIsOpenUnderAnEarlierEpochIsSeen) {
    World world{1};
    FencingTokens checker(world);
    cluster::NodeReport report;
    const InstanceId server{"orders-a"};
    for (const std::uint64_t epoch : {1U, 3U, 0U}) {
        report.instances[server].opened = Epoch{epoch};
        checker.reported(report);
    }
    EXPECT_EQ(world.broken(), "") << "closed is no epoch";
    report.instances[server].opened = Epoch{2};
    checker.reported(report);
    EXPECT_EQ(world.broken().find("fencing_tokens"), 0U);
}

TEST(Checkers, ACopyOfNothingOverDataIsSeenUnlessTheLossWasAccepted) {
    World world{1};
    NoWipe checker(world);
    const InstanceId server{"a"};
    checker.copied(server, "first", 0, 0);
    checker.copied(server, "first", 5, 3);
    checker.loss_accepted("second");
    checker.copied(server, "second", 5, 0);
    checker.began("third");
    checker.acknowledged();
    checker.began("fourth");
    checker.copied(server, "third", 5, 0);
    EXPECT_EQ(world.broken(), "") << "a copy that was under way";
    checker.copied(server, "fourth", 5, 0);
    EXPECT_EQ(world.broken().find("no_wipe"), 0U);
}

TEST(Checkers, AnAnswerOfAnEarlierEpochIsWrongOnlyWhileItsLeaseRuns) {
    World world{1};
    NoWrongAnswer checker(world);
    const GroupId id{"orders"};
    const Instant end{seconds{5}};
    auto state = std::make_shared<cluster::State>();
    state->groups[id] = appointed("a", 1);
    runtime::MemberView view;
    view.formed = true;
    view.state = state;
    view.lease_ends[{id, Epoch{1}}] = end;
    cluster::InstanceReport server;
    server.instance = InstanceId{"a"};
    server.process = cluster::ProcessState::running;
    server.role = cluster::ServerRole::primary;
    server.opened = Epoch{1};
    view.reports[NodeId{"a"}].instances[server.instance] = server;
    checker.asked(NodeId{"a"}, view, id, end - milliseconds{1}, Epoch{1});
    EXPECT_EQ(checker.answers(), 1U);
    checker.asked(NodeId{"a"}, view, id, end, Epoch{2});
    EXPECT_EQ(world.broken(), "");
    checker.asked(NodeId{"a"}, view, id, end - milliseconds{1}, Epoch{2});
    EXPECT_EQ(world.broken().find("no_wrong_answer"), 0U);
}

}  // namespace
}  // namespace baton::simulation
