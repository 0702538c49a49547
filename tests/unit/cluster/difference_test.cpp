#include "core/cluster/difference.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace baton::cluster {
namespace {

const EntryReference written{LogIndex{5}, Term{1}};

Topology declared() {
    Topology topology;
    topology.name = "shop";
    Group cache;
    cache.id = GroupId{"cache"};
    cache.write_port = 6000;
    for (const std::string node : {"a", "b", "c"}) {
        topology.nodes.push_back({NodeId{node}, {"10.0.0.1", 7400}, {"10.0.0.1", 7401}, true});
        Instance instance;
        instance.id = InstanceId{"cache-" + node};
        instance.node = NodeId{node};
        instance.endpoint = {"10.0.0.1", 6379};
        instance.data = "/srv/" + node;
        cache.instances.push_back(instance);
    }
    topology.groups.push_back(cache);
    return topology;
}

/// Group "cache" with cache-a as primary.
State formed() {
    State state = form(ClusterId{"one"}, declared(), {});
    GroupState& cache = state.groups[GroupId{"cache"}];
    cache.epoch = Epoch{3};
    cache.primary = InstanceId{"cache-a"};
    cache.phase = Phase::steady;
    return state;
}

/// The one difference that `change` makes.
Change only(const std::function<void(Topology&)>& change) {
    Topology wanted = declared();
    change(wanted);
    const auto all = differences(formed(), wanted);
    EXPECT_EQ(all.size(), 1U);
    return all.empty() ? Change{} : all.front();
}

TEST(Differences, NothingDiffersFromItself) {
    EXPECT_TRUE(differences(formed(), declared()).empty());
    EXPECT_TRUE(may_declare(formed(), declared()));
}

TEST(Differences, AStandbyMayGoAndAPrimaryMayNot) {
    const Change standby = only([](Topology& wanted) { wanted.groups[0].instances.pop_back(); });
    EXPECT_EQ(standby.refused, "");
    EXPECT_NE(standby.what.find("cache-c on node c at 10.0.0.1:6379 removed"), std::string::npos);
    const Change primary = only([](Topology& wanted) {
        wanted.groups[0].instances.erase(wanted.groups[0].instances.begin());
    });
    EXPECT_NE(primary.refused.find("switch over first"), std::string::npos);
}

TEST(Differences, AStandbyThatMayHoldAConfirmedWriteStaysWhereItIs) {
    State state = formed();
    state.groups[GroupId{"cache"}].declared.durability = Durability::replicated;
    const auto refusal = [&](const std::function<void(Topology&)>& change) {
        Topology wanted = topology_of(state);
        change(wanted);
        const auto all = differences(state, wanted);
        return all.size() == 1 ? all.front().refused : "";
    };
    EXPECT_NE(refusal([](Topology& wanted) { wanted.groups[0].instances.pop_back(); })
                  .find("set durability to async"),
              std::string::npos);
    EXPECT_NE(refusal([](Topology& wanted) { wanted.groups[0].instances[2].endpoint.port = 1; }),
              "");
    EXPECT_EQ(refusal([](Topology& wanted) { wanted.groups[0].instances[2].priority = 1; }), "");
    EXPECT_EQ(refusal([](Topology& wanted) { wanted.groups[0].acknowledgements = 2; }), "");
}

TEST(Differences, MoreConfirmationsThanStandbysMakeNoSense) {
    Topology wanted = declared();
    wanted.groups[0].durability = Durability::replicated;
    wanted.groups[0].acknowledgements = 3;
    const auto refused = may_declare(formed(), wanted);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("only 2 standbys"), std::string::npos);
}

TEST(Differences, ARevokedPrimaryIsSparedAsWell) {
    State state = formed();
    state.groups[GroupId{"cache"}].revoked = true;
    Topology wanted = declared();
    wanted.groups[0].instances.erase(wanted.groups[0].instances.begin());
    EXPECT_FALSE(may_declare(state, wanted));
}

TEST(Differences, ThePortOfAPrimaryStaysAndItsPriorityMayChange) {
    EXPECT_NE(only([](Topology& wanted) { wanted.groups[0].instances[0].endpoint.port = 6380; })
                  .refused,
              "");
    EXPECT_EQ(only([](Topology& wanted) { wanted.groups[0].instances[1].endpoint.port = 6380; })
                  .refused,
              "");
    EXPECT_EQ(only([](Topology& wanted) { wanted.groups[0].instances[0].priority = 7; }).refused,
              "");
}

TEST(Differences, MembershipLeaseAndNameAreRefusedWithTheReason) {
    EXPECT_NE(only([](Topology& wanted) { wanted.settings.lease *= 2; }).refused, "");
    EXPECT_NE(only([](Topology& wanted) { wanted.name = "other"; }).refused, "");
    EXPECT_NE(only([](Topology& wanted) { wanted.nodes[2].voter = false; }).refused, "");
    EXPECT_NE(only([](Topology& wanted) { wanted.nodes.pop_back(); }).refused, "");
    EXPECT_NE(only([](Topology& wanted) { wanted.groups[0].password_file = "/etc/p"; }).refused,
              "");
}

TEST(Differences, TheFencingCommandMayChangeWhileTheClusterRuns) {
    const auto power = [](Topology& wanted) { wanted.settings.fencing.words = {"/sbin/power"}; };
    EXPECT_EQ(only(power).refused, "");
    State state = formed();
    Topology wanted = declared();
    power(wanted);
    ASSERT_TRUE(state.apply(Declare{wanted, "ann", 0, 0}, written));
    EXPECT_EQ(state.settings.fencing, wanted.settings.fencing);
    EXPECT_NE(digest(topology_of(state)), digest(declared()));
}

/// Half of its vote may be gone: it would be stuck between leaving and serving.
TEST(Differences, NothingIsDeclaredOnANodeThatLeaves) {
    State state = formed();
    Topology without = declared();
    without.groups[0].instances.pop_back();
    ASSERT_TRUE(state.apply(Declare{without, "ann", 0, 0}, written));
    ASSERT_TRUE(state.apply(SetDuty{NodeId{"c"}, Duty::leaving, "ann", 0}, written));
    EXPECT_TRUE(may_declare(state, without));
    const auto server = may_declare(state, declared());
    ASSERT_FALSE(server);
    EXPECT_NE(server.error().message.find("'c', which is leaving"), std::string::npos);
    Topology front = without;
    front.groups[0].front_nodes = {NodeId{"c"}};
    EXPECT_FALSE(may_declare(state, front));
    EXPECT_FALSE(state.apply(Declare{declared(), "ann", 0, 0}, written));
}

TEST(Differences, AGroupGoesOnlyBeforeItsFirstEpoch) {
    EXPECT_NE(only([](Topology& wanted) { wanted.groups.clear(); }).refused, "");
    State young = formed();
    young.groups[GroupId{"cache"}].epoch = Epoch{};
    young.groups[GroupId{"cache"}].primary = InstanceId{};
    Topology wanted = declared();
    wanted.groups.clear();
    EXPECT_TRUE(may_declare(young, wanted));
}

TEST(Soundness, FindsPortsThatCollideAndNodesThatAreMissing) {
    Topology wanted = declared();
    wanted.groups[0].read_port = 6379;
    const auto collides = check_soundness(wanted);
    ASSERT_FALSE(collides);
    EXPECT_NE(collides.error().message.find("port 6379 on node 'a' is declared twice"),
              std::string::npos);
    wanted = declared();
    wanted.groups[0].instances[0].node = NodeId{"z"};
    EXPECT_FALSE(check_soundness(wanted));
}

TEST(Declare, IsRefusedWhenSomethingElseWasDeclaredMeanwhile) {
    State state = formed();
    const std::uint64_t seen = digest(topology_of(state));
    Topology first = declared();
    first.groups[0].read_port = 6001;
    ASSERT_TRUE(state.apply(Declare{first, "ann", 0, seen}, written));
    const auto second = state.apply(Declare{declared(), "bob", 0, seen}, written);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, ErrorKind::conflict);
    EXPECT_EQ(state.groups[GroupId{"cache"}].declared.read_port, 6001);
    EXPECT_EQ(state.groups[GroupId{"cache"}].epoch, Epoch{3});
}

}  // namespace
}  // namespace baton::cluster
