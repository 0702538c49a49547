// The cluster file that a playground writes for itself.
#include "playground/layout.hpp"

#include "place.hpp"
#include "playground/account.hpp"

#include <pwd.h>
#include <unistd.h>

namespace {

using baton::config::ClusterFile;
using baton::playground::config_path;
using baton::playground::make_ways;
using baton::playground::Model;
using baton::playground::server_account;
using baton::playground::write_config;

class Layout : public baton::test::Place {
protected:
    ClusterFile written(const Model& model) {
        const auto made = write_config(directory, model);
        EXPECT_TRUE(made.has_value()) << (made ? "" : made.error().message);
        auto file = baton::config::load(config_path(directory));
        EXPECT_TRUE(file.has_value()) << (file ? "" : file.error().message);
        return file ? file.value() : ClusterFile{};
    }
};

TEST_F(Layout, ThreeNodesWithOneRedisGroupByDefault) {
    const ClusterFile file = written({});
    ASSERT_EQ(file.topology.nodes.size(), 3U);
    ASSERT_EQ(file.topology.groups.size(), 1U);
    EXPECT_EQ(file.topology.groups[0].instances.size(), 3U);
    EXPECT_TRUE(file.token_file.empty());
    EXPECT_EQ(file.topology.groups[0].instances[0].run_as, "");
}

TEST_F(Layout, TheUserIsNamedForEveryServerAndEveryFront) {
    const ClusterFile file = written({.run_as = "nobody"});
    for (const auto& instance : file.topology.groups.at(0).instances) {
        EXPECT_EQ(instance.run_as, "nobody");
    }
    for (const auto& [node, local] : file.local) EXPECT_EQ(local.front_run_as, "nobody");
    EXPECT_EQ(file.local.size(), 3U);
}

TEST_F(Layout, TokensAreTakenOverAndCertificatesAreOfEachNode) {
    ClusterFile like;
    like.token_file = "/etc/baton/token";
    like.tokens_file = "/etc/baton/tokens";
    like.topology.groups.resize(1);
    like.topology.groups[0].id.text = "redis";
    const ClusterFile file = written({.nodes = 2, .like = &like, .tls = true});
    EXPECT_EQ(file.token_file, like.token_file);
    EXPECT_EQ(file.tokens_file, like.tokens_file);
    ASSERT_TRUE(baton::playground::make_certificates(directory, 2).has_value());
    for (const auto& node : file.topology.nodes) {
        const auto own = file.tls.of(node.id);
        for (const std::string& path : {own.ca_file, own.cert_file, own.key_file}) {
            EXPECT_TRUE(std::filesystem::exists(path)) << path;
        }
    }
    EXPECT_FALSE(baton::playground::make_certificates(directory, 2).has_value()) << "twice";
}

TEST_F(Layout, RootsServersRunAsNobodyWhereNobodyCanGo) {
    if (::geteuid() != 0) {
        EXPECT_EQ(server_account(directory, {}).user, "");
        GTEST_SKIP() << "the rest needs root";
    }
    const mode_t before = ::umask(0077);
    const auto ways = make_ways(directory + "/play", 2);
    ::umask(before);
    ASSERT_TRUE(ways.has_value());
    EXPECT_EQ(ways.value().size(), 5U);
    auto closed = server_account(directory + "/play", ways.value());
    EXPECT_EQ(closed.user, "") << "the directory above is closed for others";
    EXPECT_NE(closed.warning.find(directory + "/play"), std::string::npos) << closed.warning;
    ASSERT_EQ(::chmod(directory.c_str(), 0755), 0);
    const auto open = server_account(directory + "/play", ways.value());
    EXPECT_EQ(open.user, "nobody");
    EXPECT_EQ(open.warning, "");
}

TEST_F(Layout, TheOwnerOfTheDirectoryIsPreferredToNobody) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can give a directory away";
    const passwd* daemon = ::getpwnam("daemon");
    ASSERT_NE(daemon, nullptr);
    ASSERT_EQ(::chown(directory.c_str(), daemon->pw_uid, daemon->pw_gid), 0);
    EXPECT_EQ(server_account(directory, {directory}).user, "daemon");
}

TEST_F(Layout, TheTuningOfTheFileItIsModelledOnHoldsHereAsWell) {
    const std::string path =
        write("like.yaml",
              "cluster: like\nlease: 2s\n"
              "consensus: {election_timeout_min: 700ms, election_timeout_max: 900ms, "
              "heartbeat_interval: 90ms, snapshot_threshold: 123, max_append_entries: 7}\n"
              "failure_detector: {threshold: 6.5, failed_threshold: 11, adaptive: false, "
              "window_size: 77, network_jitter_factor: 0.25}\n"
              "nodes: [{name: a, host: 127.0.0.1, data: /tmp/like}]\n"
              "groups: [{name: redis, fronts: {write: 3, read: 4}, "
              "instances: [{node: a, port: 5}]}]\n");
    const auto like = baton::config::load(path);
    ASSERT_TRUE(like.has_value()) << like.error().message;
    const ClusterFile file = written({3, &like.value(), {}});
    EXPECT_EQ(file.consensus, like.value().consensus);
    EXPECT_EQ(file.detector, like.value().detector);
    EXPECT_EQ(file.topology.settings.lease, like.value().topology.settings.lease);
}

TEST_F(Layout, TheTokenOfTheFileItIsModelledOnIsAskedForHereAsWell) {
    const auto like = baton::config::load(std::string{BATON_EXAMPLES} + "/three-machines.yaml");
    ASSERT_TRUE(like.has_value());
    EXPECT_EQ(written({3, &like.value(), {}}).token_file, "/etc/baton/api.token");
}

}  // namespace
