// What the commands compare that ask every agent.

#include "api/view_json.hpp"

#include <gtest/gtest.h>

#include "asked.hpp"

namespace baton::api {
namespace {

using sample::Asked;
using sample::Cluster;

TEST(Diagnosis, TellsWhomThisNodeHears) {
    Cluster cluster;
    cluster.silence("c");
    const Json told = partition_json(cluster.view);
    EXPECT_EQ(told["node"], "a");
    EXPECT_EQ(told["quorum"], true);
    EXPECT_EQ(told["voters"], Json::array({"a", "b", "c"}));
    ASSERT_EQ(told["peers"].size(), 2U);
    EXPECT_EQ(told["peers"][0]["liveness"], "alive");
    EXPECT_EQ(told["peers"][0]["connected"], true);
    EXPECT_EQ(told["peers"][1]["node"], "c");
    EXPECT_EQ(told["peers"][1]["liveness"], "failed");
    EXPECT_EQ(told["peers"][1]["connected"], false);
    EXPECT_EQ(told["incident"], nullptr);
}

TEST(Diagnosis, AnIncidentIsToldWithItsTimes) {
    Cluster cluster;
    cluster.view.incident = detector::Incident{{NodeId{"b"}, NodeId{"c"}}, 1000, 0};
    Json incident = partition_json(cluster.view)["incident"];
    EXPECT_EQ(incident["nodes"], Json::array({"b", "c"}));
    EXPECT_EQ(incident["began_wall_ms"], 1000);
    EXPECT_EQ(incident["ended_wall_ms"], nullptr);
    cluster.view.incident->ended_wall_milliseconds = 2500;
    incident = partition_json(cluster.view)["incident"];
    EXPECT_EQ(incident["ended_wall_ms"], 2500);
}

TEST(Diagnosis, ANodeWithoutClusterSaysSo) {
    const View view = sample::unformed();
    EXPECT_EQ(partition_json(view)["formed"], false);
    EXPECT_EQ(partition_json(view)["waiting_for"], "nodes b and c");
    EXPECT_EQ(consistency_json(view)["digest"], nullptr);
    EXPECT_EQ(fencing_json(view)["nodes"], Json::array());
}

TEST(Diagnosis, TheCommittedTierDecidesWhetherTimeSuffices) {
    Cluster cluster;
    cluster.agreed->nodes[NodeId{"b"}].fencing = cluster::FencingTier::guard;
    cluster.agreed->nodes[NodeId{"c"}].fencing = cluster::FencingTier::agent;
    cluster.view.reports.erase(NodeId{"c"});
    const Json nodes = fencing_json(cluster.view)["nodes"];
    ASSERT_EQ(nodes.size(), 3U);
    EXPECT_EQ(nodes[0]["committed"], "none");
    EXPECT_EQ(nodes[0]["reported"], "0g");
    EXPECT_EQ(nodes[0]["agreed"], false);
    EXPECT_EQ(nodes[0]["takeover_by_time"], false) << "what is only reported permits nothing";
    EXPECT_EQ(nodes[0]["takeover_wait_ms"], nullptr);
    EXPECT_EQ(nodes[1]["agreed"], true);
    EXPECT_EQ(nodes[1]["takeover_by_time"], true);
    EXPECT_EQ(nodes[1]["takeover_wait_ms"], 751.5);
    EXPECT_EQ(nodes[2]["committed"], "0");
    EXPECT_EQ(nodes[2]["reported"], nullptr);
    EXPECT_EQ(nodes[2]["agreed"], nullptr);
}

TEST(Diagnosis, LatenessIsToldOnlyOnceItWasMeasured) {
    Cluster cluster;
    Json guard = fencing_json(cluster.view)["guard"];
    EXPECT_EQ(guard["verified_age_ms"], nullptr) << "never verified";
    EXPECT_EQ(guard["late_max_ms"], nullptr) << "it never had to close anything";
    cluster.view.guard_seen = sample::now - std::chrono::milliseconds{20};
    cluster.view.guard_lateness = {2, std::chrono::microseconds{400}, std::chrono::milliseconds{3},
                                   std::chrono::milliseconds{1}};
    guard = fencing_json(cluster.view)["guard"];
    EXPECT_EQ(guard["verified_age_ms"], 20);
    EXPECT_EQ(guard["closed"], 2);
    EXPECT_EQ(guard["late_last_ms"], 0.4);
    EXPECT_EQ(guard["late_max_ms"], 3.0);
    EXPECT_EQ(guard["oversleep_max_ms"], 1.0);
}

TEST(Diagnosis, TheConditionOfReplicatedGroupsIsTheLastTier) {
    Cluster cluster;
    Json tier = fencing_json(cluster.view)["tiers"].back();
    EXPECT_EQ(tier["tier"], "3");
    EXPECT_EQ(tier["state"], "absent");
    EXPECT_EQ(tier["proof"], nullptr);
    cluster.agreed->groups[sample::group].declared.durability = cluster::Durability::replicated;
    tier = fencing_json(cluster.view)["tiers"].back();
    EXPECT_EQ(tier["state"], "unverified");
    cluster.view.reports[NodeId{"a"}].instances[InstanceId{"cache-a"}].needs_standbys = true;
    tier = fencing_json(cluster.view)["tiers"].back();
    EXPECT_EQ(tier["state"], "verified");
    EXPECT_EQ(tier["margin_ms"], 3000.0);
    EXPECT_NE(tier["proven_age_ms"], nullptr);
}

TEST(Diagnosis, EqualStatesHaveEqualDigestsAndOthersDoNot) {
    Cluster one;
    Cluster other{"b"};
    one.view.applied = other.view.applied = LogIndex{42};
    one.view.applied_term = other.view.applied_term = Term{5};
    const Json told = consistency_json(one.view);
    EXPECT_EQ(told["applied"], 42);
    EXPECT_EQ(told["applied_term"], 5);
    EXPECT_TRUE(told["digest"].is_string());
    EXPECT_EQ(told["digest"], consistency_json(other.view)["digest"]);
    other.cache().lineage.offset += 1;
    EXPECT_NE(told["digest"], consistency_json(other.view)["digest"]);
}

TEST(Log, ASnapshotSaysWhetherItIsNew) {
    Asked asked;
    Cluster cluster{"b"};
    cluster.view.raft.snapshot_index = LogIndex{40};
    asked.access.shown = cluster.view;
    auto reply = asked.ask("POST", "/v1/raft/snapshot");
    EXPECT_EQ(reply.status, 200) << "also on a node that does not lead";
    Json told = Asked::json(reply);
    EXPECT_EQ(told["node"], "b");
    EXPECT_EQ(told["snapshot_index"], 42);
    EXPECT_EQ(told["snapshot_term"], 5);
    EXPECT_EQ(told["changed"], true);
    asked.access.shown.raft.snapshot_index = LogIndex{42};
    told = Asked::json(asked.ask("POST", "/v1/raft/snapshot", "{}"));
    EXPECT_EQ(told["changed"], false);
    asked.access.snapshot = unavailable("a snapshot is being taken over");
    EXPECT_EQ(asked.ask("POST", "/v1/raft/snapshot").status, 503);
    EXPECT_EQ(asked.ask("POST", "/v1/raft/snapshot", R"({"to":"b"})").status, 400);
}

TEST(Log, CompactingSaysWhetherAnythingWasDropped) {
    Asked asked;
    Cluster cluster;
    cluster.view.raft.first_index = LogIndex{2};
    cluster.view.raft.snapshot_index = LogIndex{42};
    asked.access.shown = cluster.view;
    Json told = Asked::json(asked.ask("POST", "/v1/raft/compact"));
    EXPECT_EQ(told["first_index"], 43);
    EXPECT_EQ(told["snapshot_index"], 42);
    EXPECT_EQ(told["changed"], true);
    asked.access.shown.raft.first_index = LogIndex{43};
    told = Asked::json(asked.ask("POST", "/v1/raft/compact", "{}"));
    EXPECT_EQ(told["changed"], false);
    asked.access.first = unavailable("this node is not part of a cluster yet");
    EXPECT_EQ(asked.ask("POST", "/v1/raft/compact").status, 503);
    EXPECT_EQ(asked.ask("POST", "/v1/raft/compact", R"({"keep":1})").status, 400);
}

TEST(Diagnosis, IsNotForEverybody) {
    Asked asked;
    asked.access.shown = Cluster{}.view;
    asked.tokens.known["sesame"] = {"ann", Role::read};
    for (const std::string path : {"/v1/partition", "/v1/fencing", "/v1/consistency"}) {
        EXPECT_EQ(asked.ask("GET", path).status, 401) << path;
        EXPECT_EQ(asked.ask("GET", path, "", {{"authorization", "Bearer sesame"}}).status, 200);
    }
    for (const std::string path : {"/v1/raft/snapshot", "/v1/raft/compact"}) {
        EXPECT_EQ(asked.ask("POST", path).status, 401) << path;
    }
}

}  // namespace
}  // namespace baton::api
