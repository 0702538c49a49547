// The role endpoints that load balancers ask.

#include <gtest/gtest.h>

#include "asked.hpp"

namespace baton::api {
namespace {

using sample::Asked;
using sample::Cluster;

int status(const Cluster& cluster, const std::string& path) {
    Asked asked;
    asked.access.shown = cluster.view;
    return asked.ask("GET", path).status;
}

TEST(Roles, OfASteadyGroup) {
    const Cluster primary{"a"};
    const Cluster standby{"b"};
    for (const std::string path : {"/primary", "/leader", "/read-write"}) {
        EXPECT_EQ(status(primary, path), 200) << path;
        EXPECT_EQ(status(standby, path), 503) << path;
    }
    EXPECT_EQ(status(primary, "/replica"), 503);
    EXPECT_EQ(status(standby, "/replica"), 200);
    EXPECT_EQ(status(primary, "/read-only"), 200);
    EXPECT_EQ(status(standby, "/read-only"), 200);
}

TEST(Roles, APrimaryNeedsAppointmentLeaseAndOpenServer) {
    Cluster revoked;
    revoked.cache().revoked = true;
    EXPECT_EQ(status(revoked, "/primary"), 503);
    Cluster ended;
    ended.view.lease_ends[{sample::group, Epoch{4}}] = sample::now;
    EXPECT_EQ(status(ended, "/primary"), 503);
    Cluster older;
    older.view.lease_ends.clear();
    older.view.lease_ends[{sample::group, Epoch{3}}] = sample::now + std::chrono::seconds{1};
    EXPECT_EQ(status(older, "/primary"), 503);
    Cluster closed;
    closed.of("a").opened = Epoch{3};
    EXPECT_EQ(status(closed, "/primary"), 503);
    Cluster stale;
    stale.view.report_times[NodeId{"a"}] = sample::now - std::chrono::seconds{10};
    EXPECT_EQ(status(stale, "/primary"), 503);
    Cluster moved;
    moved.cache().primary = InstanceId{"cache-b"};
    EXPECT_EQ(status(moved, "/primary"), 503);
}

TEST(Roles, AReplicaMustFollowWithItsLinkUp) {
    Cluster down{"b"};
    down.of("b").link_up = false;
    EXPECT_EQ(status(down, "/replica"), 503);
    Cluster alone{"b"};
    alone.of("b").following = InstanceId{};
    EXPECT_EQ(status(alone, "/replica"), 503);
    Cluster loading{"b"};
    loading.of("b").loading = true;
    EXPECT_EQ(status(loading, "/replica"), 503);
}

TEST(Roles, HeadersAndBodyAreCompleteEitherWay) {
    Asked asked;
    asked.access.shown = Cluster{"a"}.view;
    const auto yes = asked.ask("GET", "/primary?group=cache");
    EXPECT_EQ(Asked::header(yes, "X-Baton-Group"), "cache");
    EXPECT_EQ(Asked::header(yes, "X-Baton-Epoch"), "4");
    EXPECT_EQ(Asked::header(yes, "X-Baton-Lease-Remaining-Ms"), "600");
    EXPECT_EQ(Asked::header(yes, "X-Baton-Role"), "primary");
    asked.access.shown = Cluster{"b"}.view;
    const auto no = asked.ask("GET", "/primary");
    EXPECT_EQ(Asked::header(no, "X-Baton-Lease-Remaining-Ms"), "0");
    EXPECT_EQ(Asked::header(no, "X-Baton-Role"), "standby");
    for (const char* member : {"group", "node", "instance", "role", "serving", "epoch",
                               "lease_remaining_ms", "phase", "why"}) {
        EXPECT_TRUE(Asked::json(yes).contains(member)) << member;
        EXPECT_TRUE(Asked::json(no).contains(member)) << member;
    }
    EXPECT_EQ(Asked::json(no)["serving"], false);
}

TEST(Roles, AnUnformedNodeServesNothing) {
    Asked asked;
    asked.access.shown = sample::unformed();
    const auto answer = asked.ask("GET", "/primary");
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(Asked::header(answer, "X-Baton-Role"), "none");
    EXPECT_EQ(asked.ask("GET", "/replica?group=cache").status, 503);
}

TEST(Roles, TheGroupMustBeNamedWhenThereAreSeveral) {
    Cluster cluster;
    auto second = cluster.cache();
    second.declared.id = GroupId{"queue"};
    cluster.agreed->groups[GroupId{"queue"}] = second;
    EXPECT_EQ(status(cluster, "/primary"), 400);
    EXPECT_EQ(status(cluster, "/primary?group=cache"), 200);
    EXPECT_EQ(status(cluster, "/primary?group=other"), 404);
}

TEST(Roles, AnUnlicensedPrimaryIsNotCalledPrimary) {
    Cluster cluster{"b"};
    cluster.of("b").role = cluster::ServerRole::primary;
    Asked asked;
    asked.access.shown = cluster.view;
    const auto answer = asked.ask("HEAD", "/primary");
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(Asked::header(answer, "X-Baton-Role"), "unknown");
}

}  // namespace
}  // namespace baton::api
