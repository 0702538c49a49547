// What an operator asks of the cluster as a whole: a node's new directory, and
// another declaration.

#include "api/changes.hpp"
#include "api/health.hpp"
#include "config/topology_json.hpp"
#include "core/cluster/difference.hpp"

#include <gtest/gtest.h>

#include "asked.hpp"

namespace baton::api {
namespace {

using sample::Asked;
using sample::Cluster;

const std::string replace = "/v1/nodes/c/replace";
const std::string apply = "/v1/config/apply";

struct Changes : ::testing::Test {
    Cluster cluster;
    Asked asked;

    Changes() {
        std::uint64_t number = 10;
        for (auto& [id, node] : cluster.agreed->nodes) {
            node.incarnation = Incarnation{number++};
            node.declared.voter = true;
            node.declared.peer.host += id.text;  // One address each, so that it is sound.
            node.declared.api.host = node.declared.peer.host;
            cluster.view.reports[id].incarnation = node.incarnation;
        }
        std::uint16_t port = 7000;
        for (auto& instance : cluster.cache().declared.instances) {
            instance.endpoint.port = ++port;
            instance.data = "/data/" + instance.id.text;
        }
    }
    Response post(const std::string& path, const std::string& body) {
        asked.access.shown = cluster.view;
        return asked.ask("POST", path, body);
    }
    std::string refusal(const std::string& path, const std::string& body, int status) {
        const auto response = post(path, body);
        EXPECT_EQ(response.status, status) << response.body;
        EXPECT_TRUE(asked.access.proposed.empty());
        const auto json = Asked::json(response);
        return json.is_object() && json.contains("error") ? json["error"]["message"] : "";
    }
    static bool has(const std::string& text, const std::string& part) {
        return text.find(part) != std::string::npos;
    }
    /// Node c went away and speaks again with an emptied directory.
    void empty_directory_of_c() {
        cluster.view.report_times[NodeId{"c"}] = sample::now - 2 * presence_max;
        cluster.view.strangers[NodeId{"c"}] = {Incarnation{77}, sample::now};
    }
    [[nodiscard]] cluster::Topology declared() const {
        return cluster::topology_of(*cluster.agreed);
    }
    static std::string body_of(const cluster::Topology& topology, Json more = Json::object()) {
        more["topology"] = config::topology_json(topology);
        return more.dump();
    }
};

TEST_F(Changes, AReplacementAdmitsTheDirectoryThatSpeaksNow) {
    empty_directory_of_c();
    const auto response = post(replace, R"({"by":"ann","reason":"new disk"})");
    ASSERT_EQ(response.status, 202) << response.body;
    const auto json = Asked::json(response);
    EXPECT_EQ(json["incarnation"], "77");
    EXPECT_EQ(json["known_incarnation"], "12");
    EXPECT_EQ(json["steps"].size(), 4U);
    ASSERT_EQ(asked.access.proposed.size(), 1U);
    const cluster::ReplaceNode expected{NodeId{"c"}, Incarnation{77}, "ann: new disk", 1234};
    EXPECT_EQ(asked.access.proposed[0], cluster::Command{expected});
}

TEST_F(Changes, AReplacementIsPlannedWithoutBeingAsked) {
    empty_directory_of_c();
    const auto response = post(replace, R"({"dry_run":true})");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(Asked::json(response)["dry_run"], true);
    EXPECT_TRUE(asked.access.proposed.empty());
}

TEST_F(Changes, AReplacementNeedsABodyAKnownNodeAndANewDirectory) {
    EXPECT_TRUE(has(refusal(replace, R"({"by":"x"})", 409), "in use with its present directory"));
    cluster.view.report_times[NodeId{"c"}] = sample::now - 2 * presence_max;
    EXPECT_TRUE(has(refusal(replace, "{}", 409), "no new data directory"));
    empty_directory_of_c();
    EXPECT_TRUE(has(refusal(replace, "", 400), "the body is empty"));
    EXPECT_TRUE(has(refusal("/v1/nodes/zebra/replace", "{}", 404), "known: a, b, c"));
    cluster.view.raft.quorum_active = false;
    EXPECT_TRUE(has(refusal(replace, "{}", 409), "majority"));
}

TEST_F(Changes, ASecondAgentThatClaimsALivingNodesNameIsNotAdmitted) {
    cluster.view.strangers[NodeId{"c"}] = {Incarnation{77}, sample::now};
    EXPECT_TRUE(has(refusal(replace, "{}", 409), "in use"));
}

TEST_F(Changes, AReplacementUnderWayIsToldAndNotAskedAgain) {
    empty_directory_of_c();
    cluster.agreed->nodes.at(NodeId{"c"}).replacing = Incarnation{77};
    const auto again = post(replace, "{}");
    EXPECT_EQ(again.status, 202);
    EXPECT_EQ(Asked::json(again)["under_way"], true);
    EXPECT_TRUE(asked.access.proposed.empty());
    // Emptied once more meanwhile: that directory has to be asked for anew.
    cluster.view.strangers[NodeId{"c"}].incarnation = Incarnation{78};
    EXPECT_EQ(Asked::json(post(replace, "{}"))["incarnation"], "78");
    EXPECT_EQ(asked.access.proposed.size(), 1U);
}

TEST_F(Changes, WhatTheLogDeclaresDiffersFromItselfInNothing) {
    const auto response = post(apply, body_of(declared()));
    EXPECT_EQ(response.status, 200) << response.body;
    const auto json = Asked::json(response);
    EXPECT_TRUE(json["changes"].empty()) << json["changes"];
    EXPECT_FALSE(json.contains("entry"));
    EXPECT_TRUE(asked.access.proposed.empty());
}

TEST_F(Changes, ADeclarationIsShownFirstAndAppliedAsItWasShown) {
    auto wanted = declared();
    wanted.groups[0].instances[1].priority = 7;
    const auto plan = Asked::json(post(apply, body_of(wanted, {{"dry_run", true}})));
    ASSERT_EQ(plan["changes"].size(), 1U);
    EXPECT_TRUE(has(plan["changes"][0]["what"], "priority"));
    EXPECT_TRUE(asked.access.proposed.empty());
    const Json order{{"expected", plan["expected"]}, {"by", "ann"}, {"reason", "balance"}};
    EXPECT_EQ(post(apply, body_of(wanted, order)).status, 202);
    ASSERT_EQ(asked.access.proposed.size(), 1U);
    const auto& command = std::get<cluster::Declare>(asked.access.proposed[0]);
    EXPECT_EQ(command.topology, wanted);
    EXPECT_EQ(command.by, "ann: balance");
    EXPECT_EQ(Json(std::to_string(command.expected)), plan["expected"]);
}

TEST_F(Changes, APlanMadeForAnotherDeclarationIsAConflict) {
    auto wanted = declared();
    wanted.groups[0].instances[1].priority = 7;
    const auto response = post(apply, body_of(wanted, {{"expected", "12345"}}));
    EXPECT_EQ(response.status, 409);
    EXPECT_EQ(Asked::json(response)["error"]["kind"], "conflict");
    EXPECT_TRUE(asked.access.proposed.empty());
}

TEST_F(Changes, ARefusedChangeIsMarkedInThePlanAndRefusedInTheOrder) {
    auto wanted = declared();
    wanted.groups[0].instances[0].data = "/elsewhere";  // Of the primary.
    const auto plan = Asked::json(post(apply, body_of(wanted, {{"dry_run", true}})));
    EXPECT_EQ(plan["refused"], true);
    EXPECT_FALSE(plan["changes"][0]["refused"].get<std::string>().empty());
    EXPECT_TRUE(has(refusal(apply, body_of(wanted), 409), "cache-a"));
}

TEST_F(Changes, ADeclarationThatMakesNoSenseIsInvalid) {
    auto wanted = declared();
    wanted.groups[0].instances[1].node = NodeId{"zebra"};
    EXPECT_TRUE(has(refusal(apply, body_of(wanted), 400), "zebra"));
}

TEST_F(Changes, BadBodiesOfADeclarationAreRefusedByName) {
    for (const char* const body : {"", "{}", "[]", R"({"topology":)"}) {
        EXPECT_TRUE(has(refusal(apply, body, 400), "\"topology\"")) << body;
    }
    EXPECT_TRUE(has(refusal(apply, R"({"topology":{"name":"x"}})", 400), "lease_ms"));
    EXPECT_TRUE(has(refusal(apply, body_of(declared(), {{"expected", 5}}), 400), "\"expected\""));
    EXPECT_TRUE(has(refusal(apply, body_of(declared(), {{"color", "red"}}), 400), "\"color\""));
}

TEST_F(Changes, ABodyNestedWithoutEndIsRefusedWhateverItsMember) {
    const std::string deep = std::string(30'000, '[') + std::string(30'000, ']');
    for (const char* const member : {"by", "topology", "expected"}) {
        const auto why = refusal(apply, R"({")" + std::string{member} + "\":" + deep + "}", 400);
        EXPECT_TRUE(has(why, "nested")) << why;
    }
    EXPECT_TRUE(has(refusal(replace, R"({"by":)" + deep + "}", 400), "nested"));
}

}  // namespace
}  // namespace baton::api
