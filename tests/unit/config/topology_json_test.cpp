// The declaration as both ends of `config diff|apply` write and read it.
#include "config/topology_json.hpp"

#include "config/cluster_file.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using baton::config::read_topology;
using baton::config::topology_json;
using Json = nlohmann::json;

baton::cluster::Topology example(const std::string& name) {
    auto file = baton::config::load(std::string{BATON_EXAMPLES} + "/" + name);
    EXPECT_TRUE(file.has_value()) << (file ? "" : file.error().message);
    return file ? file.value().topology : baton::cluster::Topology{};
}

/// Nothing in it has its default, so that a member that is lost shows.
baton::cluster::Topology unusual() {
    using namespace std::chrono_literals;
    auto topology = example("three-machines.yaml");
    topology.settings = {1234ms, {{"/sbin/power", "off"}, 7s}};
    topology.nodes[2].voter = false;
    auto& group = topology.groups[0];
    group.front_nodes = {topology.nodes[0].id};
    group.server_binary = "/opt/redis/redis-server";
    group.server_arguments = {"--appendonly", "yes"};
    group.tls = {true, "/tls/ca", "/tls/cert", "/tls/key"};
    group.frozen_after = 301ms;
    group.busy_after = 302ms;
    group.switchover_timeout = 303ms;
    group.failover_block = 304ms;
    group.quarantine = {3, 4'000'000};
    return topology;
}

TEST(TopologyJson, ReadsBackWhatItWrote) {
    for (const auto& topology :
         {example("three-machines.yaml"), example("one-machine.yaml"), unusual()}) {
        const Json written = topology_json(topology);
        const auto read = read_topology(written);
        ASSERT_TRUE(read.has_value()) << read.error().message;
        EXPECT_EQ(read.value(), topology) << written.dump(1);
    }
}

/// Takes each member out of `part`, which stands in `whole`.
void expect_every_member_needed(const Json& whole, Json::json_pointer part) {
    for (const auto& [member, value] : whole.at(part).items()) {
        Json without = whole;
        without.at(part).erase(member);
        const auto read = read_topology(without);
        ASSERT_FALSE(read.has_value()) << part.to_string() << " without " << member;
        EXPECT_NE(read.error().message.find(member), std::string::npos) << read.error().message;
    }
}

TEST(TopologyJson, AMissingMemberIsRefusedByName) {
    const Json written = topology_json(unusual());
    for (const char* const part :
         {"", "/nodes/0", "/nodes/0/peer", "/nodes/0/api", "/groups/0", "/groups/0/instances/0"}) {
        expect_every_member_needed(written, Json::json_pointer{part});
    }
}

TEST(TopologyJson, AnUnknownOrMistypedMemberIsRefusedByName) {
    Json extra = topology_json(unusual());
    extra["groups"][0]["instances"][0]["color"] = "blue";
    EXPECT_NE(read_topology(extra).error().message.find("\"color\""), std::string::npos);
    Json mistyped = topology_json(unusual());
    mistyped["groups"][0]["write_port"] = 65'536;
    EXPECT_NE(read_topology(mistyped).error().message.find("write_port"), std::string::npos);
}

}  // namespace
