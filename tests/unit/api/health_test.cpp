#include "api/health.hpp"

#include <gtest/gtest.h>

#include "sample.hpp"

namespace baton::api {
namespace {

using sample::Cluster;

TEST(HealthScore, IsHundredOnlyWhenNothingIsMissing) {
    for (const std::string self : {"a", "b"}) {
        EXPECT_EQ(health_score(Cluster{self}.view), 100) << self;
    }
}

TEST(HealthScore, DropsBelowEightyWhenOneNodeOfThreeIsDead) {
    Cluster cluster;
    cluster.silence("c");
    EXPECT_LT(health_score(cluster.view), 80);
    EXPECT_GT(health_score(cluster.view), 40);
}

TEST(HealthScore, DropsBelowEightyWhenTheDeadNodeHasNoInstance) {
    Cluster cluster;
    cluster.cache().declared.instances.pop_back();
    cluster.silence("c");
    EXPECT_LT(health_score(cluster.view), 80);
}

TEST(HealthScore, DropsWithoutQuorumAndDuringAFailover) {
    Cluster cluster;
    cluster.cache().phase = cluster::Phase::promoting;
    EXPECT_LT(health_score(cluster.view), 100);
    cluster.lose_quorum();
    EXPECT_LE(health_score(cluster.view), 70);
}

TEST(HealthScore, IsZeroWithoutACluster) {
    EXPECT_EQ(health_score(sample::unformed()), 0);
}

TEST(NodeVerdict, NamesWhatIsMissing) {
    Cluster cluster;
    EXPECT_TRUE(node_verdict(cluster.view).fine);
    cluster.view.fsync_p99_milliseconds = 2000;
    EXPECT_NE(node_verdict(cluster.view).why.find("2000 ms"), std::string::npos);
    cluster.view.raft.quorum_active = false;
    EXPECT_NE(node_verdict(cluster.view).why.find("majority"), std::string::npos);
    EXPECT_NE(node_verdict(sample::unformed()).why.find("nodes b and c"), std::string::npos);
}

InstanceView look(const Cluster& cluster, const std::string& node) {
    const auto& group = *cluster.view.state->group(sample::group);
    return look_at(cluster.view, group, *group.declared.on(NodeId{node}));
}

TEST(InstanceHealth, OfASteadyGroupIsHealthy) {
    Cluster cluster;
    EXPECT_EQ(look(cluster, "a").role, InstanceRole::primary);
    EXPECT_EQ(look(cluster, "b").role, InstanceRole::standby);
    EXPECT_EQ(look(cluster, "b").health, Health::healthy);
}

TEST(InstanceHealth, LagIsComparedOnlyWithinOneHistory) {
    Cluster cluster;
    cluster.of("b").offset = 4000;
    EXPECT_EQ(look(cluster, "b").lag_bytes, 1000U);
    cluster.of("b").offset = 6000;
    EXPECT_EQ(look(cluster, "b").lag_bytes, 0U);
    cluster.of("b").replication_id = "another";
    EXPECT_FALSE(look(cluster, "b").lag_bytes.has_value());
    EXPECT_EQ(look(cluster, "a").lag_bytes, 0U);
}

TEST(InstanceHealth, DistinguishesDeadFrozenSilentAndStale) {
    Cluster cluster;
    cluster.of("a").process = cluster::ProcessState::absent;
    EXPECT_EQ(look(cluster, "a").role, InstanceRole::down);
    cluster.of("a").process = cluster::ProcessState::frozen;
    EXPECT_EQ(look(cluster, "a").role, InstanceRole::unknown);
    EXPECT_EQ(look(cluster, "a").health, Health::down);
    cluster.silence("b");
    EXPECT_EQ(look(cluster, "b").role, InstanceRole::unknown);
    EXPECT_EQ(look(cluster, "b").health, Health::down);
    cluster.view.report_times[NodeId{"c"}] = sample::now - std::chrono::seconds{4};
    EXPECT_EQ(look(cluster, "c").health, Health::unknown);
}

TEST(InstanceHealth, ReportsAPrimaryWithoutAppointment) {
    Cluster cluster;
    cluster.of("b").role = cluster::ServerRole::primary;
    EXPECT_EQ(look(cluster, "b").health, Health::degraded);
    EXPECT_NE(look(cluster, "b").problem.find("without an appointment"), std::string::npos);
}

}  // namespace
}  // namespace baton::api
