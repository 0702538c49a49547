// The cluster file that a playground writes for itself.
#include "playground/layout.hpp"

#include "place.hpp"

namespace {

using baton::config::ClusterFile;
using baton::playground::config_path;
using baton::playground::write_config;

class Layout : public baton::test::Place {
protected:
    ClusterFile written(unsigned nodes, const ClusterFile* like) {
        const auto made = write_config(directory, nodes, like);
        EXPECT_TRUE(made.has_value()) << (made ? "" : made.error().message);
        auto file = baton::config::load(config_path(directory));
        EXPECT_TRUE(file.has_value()) << (file ? "" : file.error().message);
        return file ? file.value() : ClusterFile{};
    }
};

TEST_F(Layout, ThreeNodesWithOneRedisGroupByDefault) {
    const ClusterFile file = written(3, nullptr);
    ASSERT_EQ(file.topology.nodes.size(), 3U);
    ASSERT_EQ(file.topology.groups.size(), 1U);
    EXPECT_EQ(file.topology.groups[0].instances.size(), 3U);
    EXPECT_TRUE(file.token_file.empty());
}

TEST_F(Layout, TheTokenOfTheFileItIsModelledOnIsAskedForHereAsWell) {
    const auto like = baton::config::load(std::string{BATON_EXAMPLES} + "/three-machines.yaml");
    ASSERT_TRUE(like.has_value());
    EXPECT_EQ(written(3, &like.value()).token_file, "/etc/baton/api.token");
}

}  // namespace
