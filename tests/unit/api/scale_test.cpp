// More nodes and fewer: what is refused, and what is agreed on.

#include "api/scale.hpp"

#include <gtest/gtest.h>

#include "asked.hpp"

namespace baton::api {
namespace {

using sample::Asked;
using sample::Cluster;

struct Scale : ::testing::Test {
    Cluster cluster;
    Asked asked;

    Scale() {
        for (auto& instance : cluster.cache().declared.instances) {
            instance.data = "/d";
        }
        std::uint16_t port = 7400;
        for (auto& [id, node] : cluster.agreed->nodes) node.declared.peer.port = port++;
    }
    Response post(const std::string& path, const std::string& body) {
        asked.access.shown = cluster.view;
        return asked.ask("POST", path, body);
    }
    Response add(const std::string& name, const std::string& more = "") {
        return post("/v1/nodes", R"({"node":{"name":")" + name +
                                     R"(","peer":{"host":"10.0.0.4","port":7400},)"
                                     R"("api":{"host":"10.0.0.4","port":8080},"voter":true})" +
                                     more + "}");
    }
    static std::string message(const Response& response) {
        return Asked::json(response)["error"]["message"];
    }
    void vacate(const std::string& node) {
        auto& instances = cluster.cache().declared.instances;
        std::erase_if(instances, [&](const auto& each) { return each.node.text == node; });
    }
};

TEST_F(Scale, AddingIsAgreedOnWithTheNewMajority) {
    const auto response = add("d", R"(,"by":"ann")");
    ASSERT_EQ(response.status, 202) << response.body;
    EXPECT_EQ(Asked::json(response)["voters_after"], 4);
    EXPECT_EQ(Asked::json(response)["majority_after"], 3);
    ASSERT_EQ(asked.access.proposed.size(), 1U);
    const auto* wish = std::get_if<cluster::AddNode>(asked.access.proposed.data());
    ASSERT_NE(wish, nullptr);
    EXPECT_EQ(wish->node.id, NodeId{"d"});
}

TEST_F(Scale, AddingTheSameAgainChangesNothingAndAnotherUnderThatNameIsRefused) {
    ASSERT_EQ(add("d").status, 202);
    const auto wish = std::get<cluster::AddNode>(asked.access.proposed.at(0));
    cluster.agreed->nodes[wish.node.id].declared = wish.node;
    EXPECT_EQ(add("d").status, 200);
    EXPECT_EQ(asked.access.proposed.size(), 1U);
    EXPECT_EQ(add("b").status, 409);
    EXPECT_EQ(add("d d").status, 400);
    EXPECT_EQ(post("/v1/nodes", "{}").status, 400);
}

TEST_F(Scale, ADryRunChangesNothing) {
    EXPECT_EQ(add("d", R"(,"dry_run":true)").status, 200);
    EXPECT_TRUE(asked.access.proposed.empty());
}

TEST_F(Scale, ANodeWithAServerStays) {
    const auto response = post("/v1/nodes/c/remove", "");
    EXPECT_EQ(response.status, 409) << response.body;
    EXPECT_NE(message(response).find("cache-c"), std::string::npos);
    EXPECT_TRUE(asked.access.proposed.empty());
}

TEST_F(Scale, ANodeWithNothingOnItLeaves) {
    vacate("c");
    const auto response = post("/v1/nodes/c/remove", R"({"by":"ann"})");
    EXPECT_EQ(response.status, 202) << response.body;
    ASSERT_EQ(asked.access.proposed.size(), 1U);
    EXPECT_EQ(
        asked.access.proposed[0],
        (cluster::Command{cluster::SetDuty{NodeId{"c"}, cluster::Duty::leaving, "ann", 1234}}));
}

TEST_F(Scale, NobodyLeavesWhenTooFewWouldBeLeft) {
    vacate("c");
    for (auto& peer : cluster.view.peers) {
        if (peer.peer.text == "b") peer.liveness = cluster::Liveness::failed;
    }
    cluster.view.reports.erase(NodeId{"b"});
    const auto response = post("/v1/nodes/c/remove", "");
    EXPECT_EQ(response.status, 409) << response.body;
    EXPECT_NE(message(response).find("silent: b"), std::string::npos);
    vacate("b");
    EXPECT_EQ(post("/v1/nodes/b/remove", "").status, 202) << "the dead one itself may go";
}

TEST_F(Scale, ADepartureIsTakenBackOnlyWhileTheNodeHasItsPlace) {
    vacate("c");
    cluster.agreed->nodes[NodeId{"c"}].duty = cluster::Duty::leaving;
    EXPECT_EQ(post("/v1/nodes/c/rejoin", "").status, 202);
    std::erase(cluster.view.raft.membership.voters, NodeId{"c"});
    const auto response = post("/v1/nodes/c/rejoin", "");
    EXPECT_EQ(response.status, 409) << response.body;
    EXPECT_NE(message(response).find("no member any more"), std::string::npos);
}

}  // namespace
}  // namespace baton::api
