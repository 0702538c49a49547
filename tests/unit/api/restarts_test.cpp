// The agent of the node that is asked, restarted; and with it its servers.

#include "api/restarts.hpp"

#include <gtest/gtest.h>

#include "asked.hpp"

namespace baton::api {
namespace {

using sample::Asked;
using sample::Cluster;

struct Restarts : ::testing::Test {
    Asked asked;

    Response post(const std::string& self, const std::string& body, const std::string& node = "") {
        asked.access.shown = Cluster{self}.view;
        return asked.ask("POST", "/v1/nodes/" + (node.empty() ? self : node) + "/restart", body);
    }
    static std::string message(const Response& response) {
        return Asked::json(response)["error"]["message"];
    }
};

TEST_F(Restarts, AnAgentMayAlwaysBeRestartedAlone) {
    const auto response = post("a", "");
    EXPECT_EQ(response.status, 202) << response.body;
    EXPECT_EQ(Asked::json(response)["uptime_ms"], 60'000);
    ASSERT_EQ(asked.access.restarts.size(), 1U);
    EXPECT_TRUE(asked.access.restarts[0].empty());
}

TEST_F(Restarts, StandbysAreRestartedWithItWhenAskedFor) {
    const auto response = post("b", R"({"servers":true,"by":"ann"})");
    EXPECT_EQ(response.status, 202) << response.body;
    ASSERT_EQ(asked.access.restarts.size(), 1U);
    EXPECT_EQ(asked.access.restarts[0], std::set<InstanceId>{InstanceId{"cache-b"}});
    EXPECT_EQ(Asked::json(response)["servers"], nlohmann::json::array({"cache-b"}));
}

TEST_F(Restarts, APrimaryIsRefusedWithWhatToDoFirst) {
    const auto response = post("a", R"({"servers":true})");
    EXPECT_EQ(response.status, 409) << response.body;
    EXPECT_NE(message(response).find("baton node drain --node=a"), std::string::npos);
    EXPECT_TRUE(asked.access.restarts.empty());
}

TEST_F(Restarts, SoIsTheSuccessorOfASwitchover) {
    Cluster cluster{"b"};
    cluster.cache().successor = InstanceId{"cache-b"};
    const auto servers = servers_to_restart(cluster.view);
    ASSERT_FALSE(servers);
    EXPECT_NE(servers.error().message.find("about to become"), std::string::npos);
}

TEST_F(Restarts, ADryRunAndAnotherNodeChangeNothing) {
    EXPECT_EQ(post("b", R"({"dry_run":true})").status, 200);
    const auto other = post("b", "", "c");
    EXPECT_EQ(other.status, 409) << other.body;
    EXPECT_NE(message(other).find("10.0.0.1:8003"), std::string::npos);
    EXPECT_EQ(post("b", "", "zebra").status, 404);
    EXPECT_EQ(post("b", R"({"to":"c"})").status, 400);
    EXPECT_TRUE(asked.access.restarts.empty());
}

}  // namespace
}  // namespace baton::api
