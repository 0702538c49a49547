// What an operator lets a node do: fenced, drained, or everything again.

#include "api/duties.hpp"
#include "api/health.hpp"

#include <gtest/gtest.h>

#include "asked.hpp"

namespace baton::api {
namespace {

using sample::Asked;
using sample::Cluster;

struct Duties : ::testing::Test {
    Cluster cluster;
    Asked asked;

    Response post(const std::string& node, const std::string& verb, const std::string& body) {
        asked.access.shown = cluster.view;
        return asked.ask("POST", "/v1/nodes/" + node + "/" + verb, body);
    }
    Json accepted(const std::string& node, const std::string& verb, const std::string& body) {
        const auto response = post(node, verb, body);
        EXPECT_EQ(response.status, 202) << response.body;
        return Asked::json(response);
    }
    std::string refusal(const std::string& node, const std::string& verb, const std::string& body,
                        int status) {
        const auto response = post(node, verb, body);
        EXPECT_EQ(response.status, status) << response.body;
        EXPECT_TRUE(asked.access.proposed.empty());
        const auto json = Asked::json(response);
        return json.is_object() && json.contains("error") ? json["error"]["message"] : "";
    }
    void silence(const std::string& node) {
        for (auto& peer : cluster.view.peers) {
            if (peer.peer.text == node) peer.liveness = cluster::Liveness::failed;
        }
        cluster.view.reports.erase(NodeId{node});
    }
    static bool has(const std::string& text, const std::string& part) {
        return text.find(part) != std::string::npos;
    }
};

TEST_F(Duties, FencingIsAgreedOnAndNamesWhatMoves) {
    const auto json = accepted("a", "fence", R"({"by":"ann","reason":"smoke"})");
    EXPECT_EQ(json["duty"], "fenced");
    EXPECT_EQ(json["was"], "active");
    EXPECT_FALSE(json["steps"].empty());
    ASSERT_EQ(asked.access.proposed.size(), 1U);
    EXPECT_EQ(asked.access.proposed[0],
              (cluster::Command{cluster::SetDuty{NodeId{"a"}, cluster::Duty::fenced, "ann: smoke",
                                                 1234}}));
}

TEST_F(Duties, ASilentNodeIsOnlyFencedByForce) {
    silence("c");
    EXPECT_TRUE(has(refusal("c", "fence", "", 409), "not heard"));
    const auto json = accepted("c", "fence", R"({"force":true})");
    EXPECT_EQ(json["heard"], false);
}

TEST_F(Duties, WhatIsSoAlreadyChangesNothing) {
    const auto response = post("a", "rejoin", "");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(Asked::json(response)["changed"], false);
    EXPECT_TRUE(asked.access.proposed.empty());
}

TEST_F(Duties, ADryRunOnlyShowsThePlan) {
    const auto response = post("b", "fence", R"({"dry_run":true})");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(Asked::json(response)["dry_run"], true);
    EXPECT_TRUE(asked.access.proposed.empty());
}

TEST_F(Duties, AnUnknownNodeAndUnknownMembersAreRefused) {
    EXPECT_TRUE(has(refusal("z", "drain", "", 404), "known: a, b, c"));
    EXPECT_TRUE(has(refusal("b", "drain", R"({"force":true})", 400), "force"));
}

TEST_F(Duties, RejoiningDiscardsOnlyByForce) {
    cluster.agreed->nodes[NodeId{"c"}].duty = cluster::Duty::fenced;
    auto& group = cluster.cache();
    group.lineage = {"present", 100, {}};
    auto& report = cluster.of("c");
    report.replication_id = "over";
    report.replication_id2.clear();
    report.offset = 130;
    EXPECT_TRUE(has(refusal("c", "rejoin", "", 409), "30 bytes of a history that is over"));
    EXPECT_EQ(accepted("c", "rejoin", R"({"force":true})")["duty"], "active");
}

}  // namespace
}  // namespace baton::api
