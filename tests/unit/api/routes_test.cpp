// Dispatch: paths, methods, tokens; every route on every kind of view.

#include <gtest/gtest.h>

#include <set>

#include "asked.hpp"

namespace baton::api {
namespace {

using sample::Asked;
using sample::Cluster;

std::string concrete(std::string_view pattern) {
    std::string path{pattern};
    const auto open = path.find("{group}");
    if (open != std::string::npos) path.replace(open, 7, "cache");
    return path;
}

TEST(Routes, AnswerOnEveryKindOfView) {
    Cluster lost;
    lost.lose_quorum();
    Cluster failing;
    failing.cache().phase = cluster::Phase::fencing;
    failing.cache().revoked = true;
    failing.silence("c");
    for (const View& view :
         {Cluster{"a"}.view, Cluster{"c"}.view, lost.view, failing.view, sample::unformed()}) {
        Asked asked;
        asked.access.shown = view;
        for (const Route& route : route_table()) {
            const auto response = asked.ask(std::string{route.method}, concrete(route.pattern));
            EXPECT_NE(response.status, 500) << route.pattern;
            if (response.content_type == "application/json") {
                EXPECT_FALSE(Asked::json(response).is_discarded()) << route.pattern;
            }
        }
    }
}

TEST(Routes, HaveExactlyOneActionAndUniquePaths) {
    std::set<std::pair<std::string_view, std::string_view>> seen;
    for (const Route& route : route_table()) {
        EXPECT_NE(route.now == nullptr, route.later == nullptr) << route.pattern;
        EXPECT_TRUE(seen.emplace(route.method, route.pattern).second) << route.pattern;
        EXPECT_TRUE(route.method == "GET" || route.needs >= Need::operate) << route.pattern;
        const std::set<std::string_view> of_one_node{
            "/v1/raft/snapshot", "/v1/raft/compact", "/v1/nodes/{node}/restart",
            "/v1/groups/{group}/instances/{instance}/reinit"};
        EXPECT_TRUE(route.method == "GET" || route.on_leader || of_one_node.contains(route.pattern))
            << route.pattern;
    }
}

TEST(Routes, UnknownPathsAndMethodsAreSaid) {
    Asked asked;
    asked.access.shown = Cluster{}.view;
    EXPECT_EQ(asked.ask("GET", "/nothing").status, 404);
    EXPECT_EQ(asked.ask("GET", "/v1/groups/cache/").status, 404);
    EXPECT_EQ(asked.ask("GET", "/v1/groups/").status, 404);
    const auto wrong = asked.ask("DELETE", "/v1/groups");
    EXPECT_EQ(wrong.status, 405);
    EXPECT_EQ(Asked::header(wrong, "Allow"), "GET, HEAD, OPTIONS");
    const auto options = asked.ask("OPTIONS", "/v1/groups/cache/switchover");
    EXPECT_EQ(options.status, 204);
    EXPECT_EQ(Asked::header(options, "Allow"), "OPTIONS, POST");
    EXPECT_EQ(asked.ask("HEAD", "/primary").status, 200);
    EXPECT_EQ(asked.ask("GET", "/v1/groups/other").status, 404);
}

TEST(Routes, TheTokenGuardsAllButProbes) {
    Asked asked;
    asked.access.shown = Cluster{}.view;
    asked.tokens.known["sesame"] = {"ann", Role::read};
    for (const std::string open :
         {"/health", "/healthz", "/readyz", "/metrics", "/primary", "/replica", "/openapi.json"}) {
        EXPECT_NE(asked.ask("GET", open).status, 401) << open;
    }
    const auto refused = asked.ask("GET", "/v1/groups");
    EXPECT_EQ(refused.status, 401);
    EXPECT_EQ(refused.body.find("sesame"), std::string::npos);
    EXPECT_NE(refused.body.find("Authorization: Bearer"), std::string::npos);
    EXPECT_EQ(asked.ask("POST", "/v1/groups/cache/switchover").status, 401);
    EXPECT_EQ(asked.ask("GET", "/v1/groups", "", {{"authorization", "Bearer wrong!"}}).status, 401);
    EXPECT_EQ(asked.ask("GET", "/v1/groups", "", {{"authorization", "Bearer sesame"}}).status, 200);
}

TEST(Routes, ARoleMayDoWhatLesserRolesMay) {
    for (const Role role : {Role::read, Role::operate, Role::admin}) {
        for (const Route& route : route_table()) {
            if (route.needs == Need::nothing) continue;
            Asked asked;
            asked.access.shown = Cluster{}.view;
            const auto status =
                asked.ask_as(role, std::string{route.method}, concrete(route.pattern)).status;
            const bool enough = route.needs == Need::read ||
                                (route.needs == Need::operate && role >= Role::operate) ||
                                role == Role::admin;
            EXPECT_EQ(status == 403, !enough) << route.pattern << " " << name_of(role);
            EXPECT_NE(status, 401) << route.pattern;
        }
    }
    Asked asked;
    asked.access.shown = Cluster{}.view;
    const auto refused = asked.ask_as(Role::operate, "POST", "/v1/config/apply", "{}");
    EXPECT_NE(refused.body.find("token ann has the role operate, and this needs admin"),
              std::string::npos)
        << refused.body;
    EXPECT_TRUE(asked.access.proposed.empty());
}

TEST(Routes, TheLeaderIsNamedWithTheSchemeThatIsServed) {
    Asked asked;
    asked.access.shown = Cluster{"b"}.view;
    const std::string path = "/v1/groups/cache/pause";
    EXPECT_EQ(Asked::header(asked.ask("POST", path), "Location").substr(0, 7), "http://");
    asked.secure = true;
    EXPECT_EQ(Asked::header(asked.ask("POST", path), "Location").substr(0, 8), "https://");
    EXPECT_TRUE(asked.file.lines.empty()) << "a direction changes nothing";
}

TEST(Routes, OrdersFromForeignPagesAreNotTaken) {
    Asked asked;
    asked.access.shown = Cluster{}.view;
    const std::string path = "/v1/groups/cache/pause";
    EXPECT_EQ(asked.ask("POST", path, "", {{"origin", "http://evil"}, {"host", "a:1"}}).status,
              403);
    EXPECT_EQ(asked.ask("POST", path, "", {{"origin", "http://a:1"}, {"host", "a:1"}}).status, 202);
}

TEST(Routes, HealthFollowsTheView) {
    Asked asked;
    asked.access.shown = Cluster{}.view;
    EXPECT_EQ(asked.ask("GET", "/health").status, 200);
    EXPECT_EQ(asked.ask("GET", "/readyz").status, 200);
    EXPECT_EQ(asked.ask("GET", "/raft/health").status, 200);
    Cluster lost;
    lost.lose_quorum();
    asked.access.shown = lost.view;
    for (const std::string path : {"/health", "/health/detailed", "/readyz", "/raft/health"}) {
        EXPECT_EQ(asked.ask("GET", path).status, 503) << path;
    }
    EXPECT_EQ(asked.ask("GET", "/healthz").status, 200);
}

TEST(Routes, EventsAreNumberedFilteredAndBounded) {
    Asked asked;
    asked.access.shown = Cluster{}.view;
    for (std::uint64_t number = 1; number <= 5; ++number) asked.access.happen(number);
    const auto json = Asked::json(asked.ask("GET", "/v1/events?from=2&limit=2"));
    ASSERT_EQ(json.size(), 2U);
    EXPECT_EQ(json[0]["number"], 2);
    EXPECT_EQ(json[0]["name"], "lease.lost");
    EXPECT_EQ(asked.ask("GET", "/v1/events?from=two").status, 400);
    EXPECT_EQ(asked.ask("GET", "/v1/events?limit=-1").status, 400);
}

TEST(Routes, DecisionsCanBeAskedByEpoch) {
    Asked asked;
    asked.access.shown = Cluster{}.view;
    EXPECT_EQ(Asked::json(asked.ask("GET", "/v1/groups/cache/decisions")).size(), 2U);
    const auto one = Asked::json(asked.ask("GET", "/v1/groups/cache/decisions?epoch=3"));
    ASSERT_EQ(one.size(), 1U);
    EXPECT_EQ(one[0]["rule"], "failover.start");
    EXPECT_EQ(asked.ask("GET", "/v1/groups/cache/decisions?epoch=x").status, 400);
}

/// Waiting is no decision, but it is what an operator asks about.
TEST(Routes, DecisionsEndWithWhatAGroupBetweenTwoPrimariesWaitsFor) {
    Asked asked;
    Cluster cluster;
    cluster.cache().phase = cluster::Phase::fencing;
    cluster.cache().revoked = true;
    cluster.cache().declared.instances[1].priority = 0;
    for (const char* name : {"a", "b", "c"}) {
        cluster::InstanceReport& report = cluster.of(name);
        report.role = cluster::ServerRole::standby;
        report.severed = report.closed = Epoch{4};
        if (report.instance != InstanceId{"cache-b"}) report.replication_id = "lost";
    }
    asked.access.shown = cluster.view;
    const auto all = Asked::json(asked.ask("GET", "/v1/groups/cache/decisions"));
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[2]["rule"], "fence.held_back");
    EXPECT_EQ(all[2]["epoch"], 4);
    const std::string why = all[2]["why"];
    EXPECT_NE(why.find("cache-b: its priority is 0"), std::string::npos) << why;
    EXPECT_NE(why.find("baton config apply"), std::string::npos) << why;
    EXPECT_NE(why.find("baton group failover cache --force"), std::string::npos) << why;
    EXPECT_EQ(Asked::json(asked.ask("GET", "/v1/groups/cache/decisions?epoch=3")).size(), 1U);
}

/// Only the leader that recorded an opening may take who had not attached to it yet.
TEST(Routes, DecisionsSayThatAnOperatorIsNeededWhereOnlyTheFormerHistoryIsLeft) {
    Asked asked;
    Cluster cluster;
    cluster.cache().phase = cluster::Phase::fencing;
    cluster.cache().revoked = true;
    cluster.cache().lineage.replication_id = "present";
    cluster.cache().lineage.former.replication_id = "former";
    for (const char* name : {"a", "b", "c"}) {
        cluster::InstanceReport& report = cluster.of(name);
        report.role = cluster::ServerRole::standby;
        report.severed = report.closed = Epoch{4};
        report.replication_id = "former";
        report.offset = 600;
    }
    cluster.of("a").process = cluster::ProcessState::absent;
    asked.access.shown = cluster.view;
    const auto all = Asked::json(asked.ask("GET", "/v1/groups/cache/decisions"));
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[2]["rule"], "fence.lossy");
}

}  // namespace
}  // namespace baton::api
