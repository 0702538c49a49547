// Whose data may be thrown away.

#include "api/reinit.hpp"

#include <gtest/gtest.h>

#include "asked.hpp"

namespace baton::api {
namespace {

using sample::Asked;
using sample::Cluster;

struct Reinit : ::testing::Test {
    Asked asked;

    Response post(const Cluster& cluster, const std::string& instance,
                  const std::string& body = "{}") {
        asked.access.shown = cluster.view;
        return asked.ask("POST", "/v1/groups/cache/instances/" + instance + "/reinit", body);
    }
    std::string refusal(const Cluster& cluster, const std::string& instance) {
        const auto response = post(cluster, instance);
        EXPECT_EQ(response.status, 409) << response.body;
        EXPECT_TRUE(asked.access.reinitialised.empty());
        return Asked::json(response)["error"]["message"];
    }
};

TEST_F(Reinit, AStandbyOfThisNodeIsEmptied) {
    const auto response = post(Cluster{"b"}, "cache-b");
    EXPECT_EQ(response.status, 202) << response.body;
    EXPECT_EQ(Asked::json(response)["primary"], "cache-a");
    EXPECT_EQ(asked.access.reinitialised, std::vector<InstanceId>{InstanceId{"cache-b"}});
}

TEST_F(Reinit, ThePrimaryAndItsSuccessorAreRefused) {
    EXPECT_NE(refusal(Cluster{"a"}, "cache-a").find("baton group switchover cache"),
              std::string::npos);
    Cluster cluster{"b"};
    cluster.cache().successor = InstanceId{"cache-b"};
    EXPECT_NE(refusal(cluster, "cache-b").find("becomes the primary"), std::string::npos);
}

TEST_F(Reinit, SoIsAStandbyThatMayHoldTheOnlyCopy) {
    Cluster between{"b"};
    between.cache().phase = cluster::Phase::fencing;
    between.cache().revoked = true;
    EXPECT_NE(refusal(between, "cache-b").find("only copy"), std::string::npos);
    Cluster silent{"b"};
    silent.view.reports.erase(NodeId{"a"});
    EXPECT_NE(refusal(silent, "cache-b").find("not heard"), std::string::npos);
}

TEST_F(Reinit, AnotherNodeIsNamedWithItsAddress) {
    EXPECT_NE(refusal(Cluster{"b"}, "cache-c").find("10.0.0.1:8003"), std::string::npos);
}

TEST_F(Reinit, ADryRunAndMistakesChangeNothing) {
    EXPECT_EQ(post(Cluster{"b"}, "cache-b", R"({"dry_run":true})").status, 200);
    EXPECT_EQ(post(Cluster{"b"}, "cache-z").status, 404);
    EXPECT_EQ(post(Cluster{"b"}, "cache-b", "").status, 400);
    EXPECT_TRUE(asked.access.reinitialised.empty());
}

}  // namespace
}  // namespace baton::api
