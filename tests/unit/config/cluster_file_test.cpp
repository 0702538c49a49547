#include "config/cluster_file.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace {

using namespace std::chrono_literals;
using baton::GroupId;
using baton::NodeId;
using baton::config::ClusterFile;
using baton::config::load;

/// A directory for cluster files, gone afterwards.
class ClusterFileTest : public testing::Test {
protected:
    void SetUp() override {
        std::string pattern = testing::TempDir() + "baton-config-XXXXXX";
        directory_ = std::filesystem::canonical(mkdtemp(pattern.data())).string();
    }
    void TearDown() override { std::filesystem::remove_all(directory_); }

    std::string write(const std::string& name, const std::string& content) {
        const std::string path = directory_ + "/" + name;
        std::ofstream{path} << content;
        return path;
    }
    ClusterFile read(const std::string& content) {
        auto loaded = load(write("baton.yaml", content));
        EXPECT_TRUE(loaded.has_value()) << (loaded ? "" : loaded.error().message);
        return loaded ? loaded.value() : ClusterFile{};
    }

    std::string directory_;
};

const std::string nodes =
    "nodes:\n"
    "  - {name: a, host: 127.0.0.1, data: a}\n"
    "  - {name: b, host: 127.0.0.2, data: b}\n"
    "  - {name: c, host: 127.0.0.3, data: c}\n";

TEST_F(ClusterFileTest, WhatIsNotGivenHasTheDocumentedDefault) {
    const ClusterFile file = read("cluster: shop\n" + nodes +
                                  "groups: [{name: orders, instances: [{node: a, port: 6501}, "
                                  "{node: b, port: 6501}]}]\n");
    EXPECT_EQ(file.topology.settings.lease, 750ms);
    EXPECT_EQ(file.consensus, baton::config::Consensus{});
    EXPECT_EQ(file.detector, baton::config::Detector{});
    EXPECT_EQ(file.topology.nodes[0].peer.port, 7400);
    EXPECT_EQ(file.topology.nodes[0].api.port, 8080);
    const auto* group = file.topology.find(GroupId{"orders"});
    ASSERT_NE(group, nullptr);
    EXPECT_EQ(group->frozen_after, 300ms);
    EXPECT_EQ(group->instances[1].id.text, "orders-b");
    EXPECT_EQ(group->instances[1].endpoint.host, "127.0.0.2");
    EXPECT_EQ(group->instances[1].data, directory_ + "/b/servers/orders-b");
    EXPECT_TRUE(file.warnings.empty());
}

TEST_F(ClusterFileTest, TheUserOfTheFrontIsANodesOwnAndPartOfTheDigest) {
    const std::string head = "cluster: shop\nnodes:\n  - {name: a, host: 127.0.0.1";
    const ClusterFile without = read(head + "}\n");
    const ClusterFile with = read(head + ", front_run_as: haproxy}\n");
    EXPECT_EQ(without.local.at(NodeId{"a"}).front_run_as, "");
    EXPECT_EQ(with.local.at(NodeId{"a"}).front_run_as, "haproxy");
    EXPECT_NE(with.digest, without.digest);
}

TEST_F(ClusterFileTest, CertificatesMayBeNamedByNodeAndArePartOfTheDigest) {
    const std::string head = "cluster: shop\n" + nodes;
    const ClusterFile without = read(head);
    EXPECT_FALSE(without.tls.enabled());
    const ClusterFile with = read(head +
                                  "tls: {ca_file: tls/ca.crt, cert_file: 'tls/{node}.crt', "
                                  "key_file: '/keys/{node}/{node}.key'}\n");
    EXPECT_TRUE(with.tls.enabled());
    const auto of_b = with.tls.of(NodeId{"b"});
    EXPECT_EQ(of_b.ca_file, directory_ + "/tls/ca.crt");
    EXPECT_EQ(of_b.cert_file, directory_ + "/tls/b.crt");
    EXPECT_EQ(of_b.key_file, "/keys/b/b.key");
    EXPECT_NE(with.digest, without.digest);
    const ClusterFile tokens = read(head + "api: {tokens_file: tokens}\n");
    EXPECT_EQ(tokens.tokens_file, directory_ + "/tokens");
    EXPECT_NE(tokens.digest, without.digest);
}

TEST_F(ClusterFileTest, PathsAreResolvedAgainstTheFile) {
    const ClusterFile file =
        read("cluster: shop\napi: {token_file: secrets/api}\n" + nodes +
             "groups: [{name: g, password_file: ./secrets/redis, "
             "instances: [{node: a, port: 1, data: /abs/dir/}, {node: b, port: 1}]}]\n");
    EXPECT_EQ(file.token_file, directory_ + "/secrets/api");
    EXPECT_EQ(file.local.at(NodeId{"a"}).data, directory_ + "/a");
    EXPECT_EQ(file.topology.groups[0].password_file, directory_ + "/secrets/redis");
    EXPECT_EQ(file.topology.groups[0].instances[0].data, "/abs/dir");
}

TEST_F(ClusterFileTest, TuningComesFromIncludedFilesUnderTheSameKeys) {
    write("raft_config.yaml",
          "consensus:\n  election_timeout_min: 150ms\n  election_timeout_max: 300ms\n"
          "  heartbeat_interval: 40ms\n  snapshot_threshold: 500\n  max_append_entries: 7\n");
    write("phi_detector_config.yaml",
          "failure_detector:\n  threshold: 6.5\n  adaptive: false\n  window_size: 50\n"
          "  network_jitter_factor: 0.1\n");
    const ClusterFile file =
        read("cluster: shop\ninclude: [raft_config.yaml, phi_detector_config.yaml]\n" + nodes);
    EXPECT_EQ(file.consensus.heartbeat_interval, 40ms);
    EXPECT_EQ(file.consensus.snapshot_threshold, 500U);
    EXPECT_EQ(file.consensus.max_append_entries, 7U);
    EXPECT_EQ(file.detector.threshold, 6.5);
    EXPECT_EQ(file.detector.failed_threshold, 13.0);
    EXPECT_FALSE(file.detector.adaptive);
    EXPECT_EQ(file.detector.window_size, 50U);
    EXPECT_EQ(file.detector.network_jitter_factor, 0.1);
}

TEST_F(ClusterFileTest, TheDigestFollowsTheMeaningAndNotTheLayout) {
    const std::string groups =
        "groups: [{name: g, instances: [{node: a, port: 1}, {node: b, port: 1}]}]\n";
    const ClusterFile plain = read("cluster: shop\nlease: 750ms\n" + nodes + groups);
    const ClusterFile shuffled = read("# the same, written otherwise\n" + groups + nodes +
                                      "\nlease:   750ms\ncluster: 'shop'\n");
    EXPECT_EQ(plain.digest, shuffled.digest);
    EXPECT_EQ(plain.digest.size(), 16U);
    for (const std::string changed :
         {"lease: 760ms\n", "consensus: {max_append_entries: 99}\n",
          "failure_detector: {window_size: 199}\n", "api: {token_file: t}\n"}) {
        EXPECT_NE(read("cluster: shop\n" + changed + nodes + groups).digest, plain.digest)
            << changed;
    }
    EXPECT_NE(read("cluster: shop\n" + nodes +
                   "groups: [{name: g, failover_block: 61s, instances: [{node: a, port: 1}, "
                   "{node: b, port: 1}]}]\n")
                  .digest,
              plain.digest);
}

TEST_F(ClusterFileTest, WhatWorksButShouldBeKnownIsAWarning) {
    const ClusterFile file = read(
        "cluster: shop\nlease: 500ms\nnodes:\n  - {name: a, host: 10.0.0.1}\n"
        "  - {name: b, host: 10.0.0.2}\ngroups: [{name: g, instances: [{node: a, port: 1}]}]\n");
    std::string all;
    for (const std::string& warning : file.warnings) all += warning + "\n";
    EXPECT_EQ(file.warnings.size(), 4U) << all;
    for (const char* expected :
         {"baton.yaml:2: lease: 500ms is close to election_timeout_max 300ms",
          "baton.yaml:3: nodes: 2 voters", "group g has a single instance",
          "has no password_file"}) {
        EXPECT_NE(all.find(expected), std::string::npos) << expected << " is not in\n" << all;
    }
}

TEST_F(ClusterFileTest, AFileThatCannotBeReadIsUnavailable) {
    const auto missing = load(directory_ + "/none.yaml");
    ASSERT_FALSE(missing.has_value());
    EXPECT_EQ(missing.error().kind, baton::ErrorKind::unavailable);
    EXPECT_FALSE(load(directory_).has_value());
    EXPECT_FALSE(load(write("big.yaml", std::string(1024 * 1024 + 1, '#'))).has_value());
}

TEST_F(ClusterFileTest, HostileYamlEndsInAMessage) {
    const std::string deep(100'000, '[');
    for (const std::string& content :
         {deep, std::string{"a: &a [*a]\n"}, std::string{"? {x: y}\n: z\n"},
          std::string{"\0\x01", 2}, std::string{"!!binary x\n"},
          std::string{"cluster: !!int shop\n"}}) {
        EXPECT_FALSE(load(write("hostile.yaml", content)).has_value()) << content.substr(0, 40);
    }
}

TEST(Examples, AreAccepted) {
    for (const char* name : {"three-machines.yaml", "two-machines-and-witness.yaml",
                             "one-machine.yaml", "tuned.yaml"}) {
        const auto loaded = load(std::string{BATON_EXAMPLES} + "/" + name);
        EXPECT_TRUE(loaded.has_value()) << (loaded ? "" : loaded.error().message);
        if (loaded) {
            EXPECT_TRUE(loaded.value().warnings.empty()) << loaded.value().warnings.front();
        }
    }
}

TEST(Examples, AWitnessRunsNoFrontAndTagsBecomeWhatTheyMean) {
    const auto loaded = load(std::string{BATON_EXAMPLES} + "/two-machines-and-witness.yaml");
    ASSERT_TRUE(loaded.has_value());
    const baton::cluster::Group& group = loaded.value().topology.groups.at(0);
    EXPECT_EQ(group.front_nodes, (std::vector<NodeId>{NodeId{"web-1"}, NodeId{"web-2"}}));
    EXPECT_FALSE(group.fronted_on(NodeId{"vote-1"}));
    EXPECT_TRUE(loaded.value().topology.find(NodeId{"vote-1"})->voter);
    EXPECT_TRUE(group.instances.at(0).serves_reads);
    EXPECT_FALSE(group.instances.at(1).serves_reads);
    EXPECT_EQ(group.hooks.on_role_change,
              (std::vector<std::string>{"/usr/local/bin/tell-the-pager", "orders"}));
    EXPECT_EQ(group.hooks.timeout, std::chrono::seconds{5});
}

TEST_F(ClusterFileTest, NofailoverIsPriorityZero) {
    const auto loaded = load(write("tags.yaml", R"(
cluster: shop
nodes: [{name: a, host: 127.0.0.1, data: a}, {name: b, host: 127.0.0.2, data: b}]
groups:
  - name: orders
    instances: [{node: a, port: 1, nofailover: true}, {node: b, port: 1, nofailover: false}]
)"));
    ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
    EXPECT_EQ(loaded.value().topology.groups.at(0).instances.at(0).priority, 0U);
    EXPECT_EQ(loaded.value().topology.groups.at(0).instances.at(1).priority, 100U);
}

}  // namespace
