// An operator's word that a machine is off: when it counts, and for what.

#include "api/switched_off.hpp"

#include <gtest/gtest.h>

#include "asked.hpp"

namespace baton::api {
namespace {

using sample::Asked;
using sample::Cluster;

/// Asked of node b, after the primary's node a fell silent and its epoch was revoked.
struct SilentPrimary : ::testing::Test {
    SilentPrimary() {
        cluster.view.raft.role = raft::Role::leader;
        cluster.view.raft.leader = NodeId{"b"};
        cluster.view.raft.quorum_active = true;
        cluster.view.applied = LogIndex{42};
        cluster.silence("a");
        cluster.cache().revoked = true;
        cluster.cache().revocation = {LogIndex{40}, Term{5}};
        cluster.cache().phase = cluster::Phase::fencing;
    }
    Response post(const std::string& node, const std::string& body) {
        asked.access.shown = cluster.view;
        return asked.ask("POST", "/v1/nodes/" + node + "/switched-off", body);
    }
    std::string refusal(const std::string& node, int status) {
        const auto response = post(node, "");
        EXPECT_EQ(response.status, status) << response.body;
        EXPECT_TRUE(asked.access.proposed.empty());
        return Asked::json(response)["error"]["message"];
    }
    static bool has(const std::string& text, const std::string& part) {
        return text.find(part) != std::string::npos;
    }

    Cluster cluster{"b"};
    Asked asked;
};

TEST_F(SilentPrimary, TheWordIsRecordedForWhatIsRevokedByNow) {
    const auto response = post("a", R"({"by":"ann","reason":"plug pulled"})");
    ASSERT_EQ(response.status, 202) << response.body;
    EXPECT_EQ(Asked::json(response)["waits"], Json::array({"cache"}));
    ASSERT_EQ(asked.access.proposed.size(), 1U);
    EXPECT_EQ(asked.access.proposed[0],
              (cluster::Command{
                  cluster::RecordCutOff{NodeId{"a"}, LogIndex{42}, "ann: plug pulled"}}));
}

TEST_F(SilentPrimary, ADryRunOnlyShowsThePlan) {
    const auto response = post("a", R"({"dry_run":true})");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(Asked::json(response)["steps"].size(), 2U);
    EXPECT_TRUE(asked.access.proposed.empty());
}

TEST_F(SilentPrimary, WhoIsHeardIsNotOff) {
    EXPECT_TRUE(has(refusal("c", 409), "is heard"));
    EXPECT_TRUE(has(refusal("b", 409), "is heard"));
}

TEST_F(SilentPrimary, AnAppointmentInForceIsNotCovered) {
    cluster.cache().revoked = false;
    EXPECT_TRUE(has(refusal("a", 409), "the primary of cache there is still in office"));
}

TEST_F(SilentPrimary, ARevocationThatThisNodeHasNotAppliedIsNotCovered) {
    cluster.view.applied = LogIndex{39};
    EXPECT_TRUE(has(refusal("a", 409), "has moved on to epoch 4"));
}

/// It came back, served, and fell silent again while somebody still looked at the plan.
TEST_F(SilentPrimary, TheWordIsForWhatThePlanNamed) {
    const auto covered = post("a", R"({"by":"ann","after":40})");
    ASSERT_EQ(covered.status, 202) << covered.body;
    EXPECT_EQ(asked.access.proposed[0],
              (cluster::Command{cluster::RecordCutOff{NodeId{"a"}, LogIndex{40}, "ann"}}));
    const auto stale = post("a", R"({"by":"ann","after":39})");
    EXPECT_EQ(stale.status, 409) << stale.body;
    EXPECT_TRUE(has(Asked::json(stale)["error"]["message"], "since the plan was made"));
    EXPECT_EQ(asked.access.proposed.size(), 1U);
    const auto unseen = post("a", R"({"by":"ann","after":4000})");
    EXPECT_EQ(Asked::json(unseen)["after"], 42) << "nobody can have seen what is to come";
    EXPECT_EQ(post("a", R"({"after":"40"})").status, 400);
}

TEST_F(SilentPrimary, WhatWasProvenBeforeNeedsNoWord) {
    cluster.agreed->nodes[NodeId{"a"}].cut_off = LogIndex{41};
    EXPECT_TRUE(has(refusal("a", 409), "no group waits for node a"));
}

TEST_F(SilentPrimary, WithoutAMajorityNothingIsAgreedOn) {
    cluster.lose_quorum();
    const auto plan = plan_switched_off(cluster.view, NodeId{"a"}, std::nullopt);
    ASSERT_FALSE(plan);
    EXPECT_EQ(plan.error().kind, ErrorKind::refused);
}

TEST_F(SilentPrimary, AnUnknownNodeIsNamedWithTheKnownOnes) {
    EXPECT_TRUE(has(refusal("z", 404), "known: a, b, c"));
}

}  // namespace
}  // namespace baton::api
