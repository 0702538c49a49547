#include "core/routing/routes.hpp"

#include <gtest/gtest.h>

#include <string>

namespace baton::routing {
namespace {

/// Three nodes, one group; "a" is the primary of epoch 4.
cluster::State three() {
    cluster::State state;
    cluster::GroupState group;
    group.declared.id = GroupId{"cache"};
    group.declared.write_port = 6400;
    group.declared.read_port = 6401;
    for (const char* name : {"a", "b", "c"}) {
        cluster::Node node;
        node.id = NodeId{name};
        node.peer = {std::string("peer-") + name, 7000};
        node.api = {std::string("api-") + name, 8000};
        state.nodes[node.id].declared = node;
        cluster::Instance instance;
        instance.id = InstanceId{std::string("cache-") + name};
        instance.node = node.id;
        instance.endpoint = {name, 6379};
        group.declared.instances.push_back(instance);
    }
    group.phase = cluster::Phase::steady;
    group.epoch = Epoch{4};
    group.primary = InstanceId{"cache-a"};
    state.groups[group.declared.id] = group;
    return state;
}

cluster::InstanceReport standby(const char* name, bool link_up) {
    cluster::InstanceReport report;
    report.instance = InstanceId{name};
    report.role = cluster::ServerRole::standby;
    report.link_up = link_up;
    report.offset = 10;
    return report;
}

Heard all_well() {
    Heard heard;
    heard.open[GroupId{"cache"}] = Epoch{4};
    for (const std::string node : {"b", "c"}) {
        heard.reports[NodeId{node}].instances[InstanceId{"cache-" + node}] =
            standby(("cache-" + node).c_str(), true);
    }
    return heard;
}

cluster::InstanceReport& report_of(Heard& heard, const std::string& node) {
    return heard.reports[NodeId{node}].instances[InstanceId{"cache-" + node}];
}

/// "a:W b:R c:R": who gets writes and who reads.
std::string traffic(const cluster::State& state, const Heard& heard) {
    std::string text;
    const auto all = routes(state, heard, NodeId{"b"});
    for (const FrontServer& server : all.at(0).servers) {
        text += (text.empty() ? "" : " ") + server.endpoint.host + ":";
        text += server.writes ? "W" : "";
        text += server.reads ? "R" : "";
    }
    return text;
}

TEST(Routes, writes_go_to_the_primary_and_reads_to_its_standbys) {
    EXPECT_EQ(traffic(three(), all_well()), "a:W b:R c:R");
    const auto all = routes(three(), all_well(), NodeId{"b"});
    EXPECT_EQ(all[0].write, (cluster::Endpoint{"peer-b", 6400}));
    EXPECT_EQ(all[0].read, (cluster::Endpoint{"peer-b", 6401}));
    EXPECT_EQ(all[0].servers[2].check, (cluster::Endpoint{"api-c", 8000}));
    EXPECT_EQ(all[0].epoch, Epoch{4});
}

TEST(Routes, nobody_is_written_to_before_the_holder_says_that_it_is_open) {
    auto heard = all_well();
    heard.open.clear();
    EXPECT_EQ(traffic(three(), heard), "a: b:R c:R");
    heard.open[GroupId{"cache"}] = Epoch{3};
    EXPECT_EQ(traffic(three(), heard), "a: b:R c:R");
}

TEST(Routes, a_revoked_primary_gets_nothing) {
    auto state = three();
    state.groups[GroupId{"cache"}].revoked = true;
    EXPECT_EQ(traffic(state, all_well()), "a: b:R c:R");
}

TEST(Routes, reads_fall_back_to_the_primary_without_a_standby_in_sync) {
    auto heard = all_well();
    report_of(heard, "b").link_up = false;
    EXPECT_EQ(traffic(three(), heard), "a:W b: c:R");
    heard.reports.erase(NodeId{"c"});
    EXPECT_EQ(traffic(three(), heard), "a:WR b: c:");
}

TEST(Routes, an_instance_that_serves_no_reads_gets_none_unless_it_is_the_only_one_left) {
    auto state = three();
    auto& instances = state.groups[GroupId{"cache"}].declared.instances;
    instances[1].serves_reads = false;
    EXPECT_EQ(traffic(state, all_well()), "a:W b: c:R");
    instances[2].serves_reads = false;
    EXPECT_EQ(traffic(state, all_well()), "a:WR b: c:");
}

TEST(Routes, a_standby_of_someone_else_or_still_loading_is_not_read_from) {
    auto heard = all_well();
    report_of(heard, "b").following = InstanceId{"cache-c"};
    report_of(heard, "c").loading = true;
    EXPECT_EQ(traffic(three(), heard), "a:WR b: c:");
}

TEST(Routes, an_empty_standby_is_not_read_from_while_nobody_is_primary) {
    auto heard = all_well();
    heard.open.clear();
    report_of(heard, "b").offset = 0;
    report_of(heard, "c").link_up = false;
    EXPECT_EQ(traffic(three(), heard), "a: b: c:R");
}

TEST(Routes, only_declared_nodes_run_a_front) {
    auto state = three();
    state.groups[GroupId{"cache"}].declared.front_nodes = {NodeId{"a"}};
    EXPECT_TRUE(routes(state, all_well(), NodeId{"b"}).empty());
    EXPECT_EQ(routes(state, all_well(), NodeId{"a"}).size(), 1U);
    EXPECT_TRUE(routes(state, all_well(), NodeId{"stranger"}).empty());
}

TEST(Routes, never_two_writers) {
    for (const bool revoked : {false, true}) {
        for (const std::uint64_t open : {0U, 3U, 4U, 5U}) {
            auto state = three();
            state.groups[GroupId{"cache"}].revoked = revoked;
            auto heard = all_well();
            heard.open[GroupId{"cache"}] = Epoch{open};
            int writers = 0;
            const auto all = routes(state, heard, NodeId{"c"});
            for (const auto& server : all.at(0).servers) {
                writers += server.writes ? 1 : 0;
            }
            EXPECT_EQ(writers, !revoked && open == 4 ? 1 : 0);
        }
    }
}

}  // namespace
}  // namespace baton::routing
