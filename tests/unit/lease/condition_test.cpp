// Whether the servers of replicated groups hold back writes, by their own word.
#include "core/lease/condition.hpp"

#include <gtest/gtest.h>

namespace baton::lease {
namespace {

const NodeId here{"a"};

/// A group whose primary is on node a at epoch 3.
cluster::GroupState group(const std::string& name, cluster::Durability durability) {
    cluster::GroupState result;
    result.declared.id = GroupId{name};
    result.declared.durability = durability;
    cluster::Instance instance;
    instance.id = InstanceId{name + "-a"};
    instance.node = here;
    result.declared.instances.push_back(instance);
    result.primary = instance.id;
    result.epoch = Epoch{3};
    return result;
}

struct Servers : ::testing::Test {
    void add(const std::string& name, cluster::Durability durability, Epoch opened, bool needs) {
        state.groups[GroupId{name}] = group(name, durability);
        cluster::InstanceReport& report = servers[InstanceId{name + "-a"}];
        report.opened = opened;
        report.needs_standbys = needs;
    }
    [[nodiscard]] Condition judged() const { return judge_condition(state, here, servers); }

    cluster::State state;
    cluster::InstanceReports servers;
};

TEST_F(Servers, WithoutAReplicatedPrimaryThereIsNone) {
    add("cache", cluster::Durability::async, Epoch{3}, false);
    add("shop", cluster::Durability::replicated, Epoch{}, false);
    EXPECT_EQ(judged().state, TierState::absent);
    EXPECT_EQ(judged().reason, "no replicated group has its primary here");
}

TEST_F(Servers, AnOpenOneThatSaysSoVerifiesIt) {
    add("shop", cluster::Durability::replicated, Epoch{3}, true);
    EXPECT_EQ(judged().state, TierState::verified);
    EXPECT_EQ(judged().reason, "");
}

TEST_F(Servers, OneThatDoesNotSayItOutweighsOthers) {
    add("jobs", cluster::Durability::replicated, Epoch{3}, false);
    add("shop", cluster::Durability::replicated, Epoch{3}, true);
    EXPECT_EQ(judged().state, TierState::unverified);
    EXPECT_EQ(judged().reason, "instance 'jobs-a' does not say that its writes take standbys");
}

TEST_F(Servers, OfOtherNodesDoNotCount) {
    add("shop", cluster::Durability::replicated, Epoch{3}, false);
    EXPECT_EQ(judge_condition(state, NodeId{"b"}, servers).state, TierState::absent);
}

TEST_F(Servers, OpenAtAnOlderEpochIsNotThePrimary) {
    add("shop", cluster::Durability::replicated, Epoch{2}, false);
    EXPECT_EQ(judged().state, TierState::absent);
}

}  // namespace
}  // namespace baton::lease
