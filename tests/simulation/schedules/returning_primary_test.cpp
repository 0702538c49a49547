// A primary that comes back to office without its memory, while another server holds more.
#include "simulation/schedules/run.hpp"

#include <algorithm>
#include <string>

namespace baton::simulation {
namespace {

bool was_told(Cluster& cluster, const std::string& event) {
    return std::ranges::any_of(cluster.world().notes(), [&](const std::string& line) {
        return line.find(event) != std::string::npos;
    });
}

/// It would attach to the emptied primary by itself as soon as the way is open.
TEST(ReturningPrimary, WhatAStandbyHoldsThatWasAwayIsKeptBeforeItAttaches) {
    simulation::Setup setup{.seed = 17, .verbose = loud()};
    setup.copies = 2;
    Cluster cluster(setup);
    ASSERT_TRUE(cluster.run_until_steady(seconds{10})) << story(cluster);
    ASSERT_TRUE(cluster.run_for(seconds{1})) << story(cluster);
    const NodeId primary = cluster.primary_node();
    const NodeId away = cluster.standby_nodes().front();
    for (const NodeId& other : cluster.names()) {
        cluster.network().cut(away, other);
        cluster.network().cut(other, away);
    }
    ASSERT_TRUE(cluster.run_for(seconds{2})) << story(cluster);
    RedisModel& server = cluster.server_on(primary);
    server.forget_dump();
    cluster.node(primary.text).machine().kill(server.id().text);
    ASSERT_TRUE(cluster.run_for(seconds{1})) << story(cluster);
    cluster.accept_loss();
    cluster::Request request;
    request.group = cluster.group();
    request.epoch = Epoch{1};
    request.kind = cluster::RequestKind::failover;
    request.accept_loss = true;
    request.by = "operator";
    cluster.propose(request);
    ASSERT_TRUE(cluster.run_until([&] { return cluster.agreed()->epoch == Epoch{2}; }, seconds{10}))
        << story(cluster);
    ASSERT_TRUE(cluster.run_for(seconds{1})) << story(cluster);
    ASSERT_EQ(cluster.primary_node(), primary);
    cluster.network().heal_all();
    const auto kept = [&] { return was_told(cluster, "tail.kept"); };
    EXPECT_TRUE(cluster.run_until(kept, seconds{10})) << story(cluster);
    EXPECT_TRUE(cluster.run_until_steady(seconds{20})) << story(cluster);
}

}  // namespace
}  // namespace baton::simulation
