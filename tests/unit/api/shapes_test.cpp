// The shapes other programs rely on.

#include "api/health.hpp"
#include "api/view_json.hpp"

#include <gtest/gtest.h>

#include "sample.hpp"

namespace baton::api {
namespace {

using sample::Cluster;

TEST(Shapes, GroupsAreABareArray) {
    Cluster cluster;
    cluster.of("b").offset = 4990;
    const Json groups = groups_json(cluster.view);
    ASSERT_TRUE(groups.is_array());
    const Json& group = groups.at(0);
    EXPECT_EQ(group["name"], "cache");
    EXPECT_EQ(group["kind"], "redis");
    EXPECT_EQ(group["phase"], "steady");
    EXPECT_EQ(group["epoch"], 4);
    EXPECT_EQ(group["primary"], (Json{{"instance", "cache-a"}, {"node", "a"}}));
    ASSERT_EQ(group["instances"].size(), 3U);
    const Json& standby = group["instances"][1];
    EXPECT_EQ(standby["id"], "cache-b");
    EXPECT_EQ(standby["node"], "b");
    EXPECT_EQ(standby["role"], "standby");
    EXPECT_EQ(standby["health"], "healthy");
    EXPECT_EQ(standby["lag_bytes"], 10);
}

TEST(Shapes, ARevokedGroupHasNoPrimary) {
    Cluster cluster;
    cluster.cache().revoked = true;
    EXPECT_TRUE(groups_json(cluster.view).at(0)["primary"].is_null());
}

TEST(Shapes, NodesShowRoleHealthAndSuspicion) {
    Cluster cluster;
    cluster.silence("c");
    const Json nodes = nodes_json(cluster.view);
    ASSERT_EQ(nodes.size(), 3U);
    EXPECT_EQ(nodes[0]["name"], "a");
    EXPECT_EQ(nodes[0]["role"], "leader");
    EXPECT_EQ(nodes[0]["phi"], 0);
    EXPECT_EQ(nodes[1]["role"], "follower");
    EXPECT_EQ(nodes[1]["phi"], 0.5);
    EXPECT_EQ(nodes[2]["health"], "down");
    EXPECT_EQ(nodes[0]["address"], "10.0.0.1:7400");
    EXPECT_EQ(nodes[0]["api"], "10.0.0.1:8001");
    EXPECT_EQ(nodes[0]["fencing"], cluster::name_of(cluster::FencingTier::guard));
    EXPECT_EQ(nodes[0]["groups"], Json::array({"cache"}));
}

TEST(Shapes, EndlessSuspicionStaysANumber) {
    Cluster cluster;
    cluster.view.peers[0].phi = std::numeric_limits<double>::infinity();
    EXPECT_TRUE(nodes_json(cluster.view)[1]["phi"].is_number());
    EXPECT_EQ(nodes_json(cluster.view)[1]["phi"], 1000);
}

TEST(Shapes, ANodeWithoutClusterHasEmptyLists) {
    const View view = sample::unformed();
    EXPECT_EQ(groups_json(view), Json::array());
    EXPECT_EQ(nodes_json(view), Json::array());
    EXPECT_EQ(cluster_json(view)["formed"], false);
    EXPECT_EQ(cluster_json(view)["waiting_for"], "nodes b and c");
}

TEST(Shapes, TheClusterTellsThisMachinesClock) {
    Cluster cluster;
    cluster.view.wall_milliseconds = 1'700'000'000'123;
    EXPECT_EQ(cluster_json(cluster.view)["wall_ms"], 1'700'000'000'123);
}

TEST(Shapes, NodesTellWhetherTheirFrontIsCurrent) {
    Cluster cluster;
    EXPECT_EQ(nodes_json(cluster.view)[0]["fronts_current"], nullptr) << "no door is declared";
    cluster.cache().declared.write_port = 6000;
    cluster.cache().declared.front_nodes = {NodeId{"a"}, NodeId{"b"}};
    Epoch& served = cluster.view.reports[NodeId{"a"}].fronts[sample::group];
    served = cluster.cache().epoch;
    EXPECT_EQ(nodes_json(cluster.view)[0]["fronts_current"], true);
    --served.value;
    EXPECT_EQ(nodes_json(cluster.view)[0]["fronts_current"], false) << "the one before";
    EXPECT_EQ(nodes_json(cluster.view)[1]["fronts_current"], false);
    EXPECT_EQ(nodes_json(cluster.view)[2]["fronts_current"], nullptr) << "no front there";
    cluster.view.report_times[NodeId{"b"}] = sample::now - 2 * report_stale_after;
    EXPECT_EQ(nodes_json(cluster.view)[1]["fronts_current"], nullptr) << "silent";
}

TEST(Shapes, RaftStateNamesRoleTermIndexesAndLeader) {
    const Json state = raft_state_json(Cluster{"b"}.view);
    EXPECT_EQ(state["role"], "follower");
    EXPECT_EQ(state["term"], 5);
    EXPECT_EQ(state["leader"], "a");
    EXPECT_EQ(state["commit_index"], 42);
    EXPECT_EQ(state["membership"]["voters"].size(), 3U);
}

TEST(Shapes, DetailedHealthNamesEachComponent) {
    Cluster cluster;
    cluster.of("b").link_up = false;
    const Json health = health_detailed_json(cluster.view);
    for (const char* component : {"consensus", "disk", "guard", "groups", "peers"}) {
        EXPECT_TRUE(health["components"].contains(component)) << component;
    }
    EXPECT_EQ(health["components"]["consensus"]["status"], "healthy");
    EXPECT_EQ(health["components"]["groups"][0]["status"], "unhealthy");
}

TEST(Shapes, AddressesOfIpv6AreInBrackets) {
    EXPECT_EQ(address_text({"::1", 80}), "[::1]:80");
}

}  // namespace
}  // namespace baton::api
