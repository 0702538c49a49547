// Who leads consensus instead of a node that is to lead nothing, or holds a primary.
#include "core/cluster/heir.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace baton::cluster {
namespace {

State with_duties(Duty b, Duty c) {
    State state;
    state.nodes[NodeId{"b"}].duty = b;
    state.nodes[NodeId{"c"}].duty = c;
    return state;
}

const std::map<NodeId, LogIndex> in_contact{{NodeId{"b"}, LogIndex{7}}, {NodeId{"c"}, LogIndex{9}}};

TEST(Heir, IsTheActiveVoterThatHoldsMost) {
    EXPECT_EQ(heir(with_duties(Duty::active, Duty::active), in_contact), NodeId{"c"});
    EXPECT_EQ(heir(with_duties(Duty::active, Duty::drained), in_contact), NodeId{"b"});
    EXPECT_EQ(heir(with_duties(Duty::active, Duty::fenced), in_contact), NodeId{"b"});
}

TEST(Heir, IsNobodyWithoutAnActiveVoterInContact) {
    EXPECT_EQ(heir(with_duties(Duty::drained, Duty::fenced), in_contact), NodeId{});
    EXPECT_EQ(heir(with_duties(Duty::active, Duty::active), {}), NodeId{});
}

/// Groups of one server on each of a, b and c, led by those of `primaries`.
State with_primaries(const std::vector<const char*>& primaries) {
    State state;
    for (std::size_t at = 0; at < primaries.size(); ++at) {
        GroupState group;
        group.declared.id = GroupId{"g" + std::to_string(at)};
        for (const char* node : {"a", "b", "c"}) {
            Instance instance;
            instance.id = InstanceId{node};
            instance.node = NodeId{node};
            group.declared.instances.push_back(instance);
        }
        group.primary = InstanceId{primaries[at]};
        state.groups[group.declared.id] = group;
    }
    return state;
}

TEST(WithoutPrimary, NamesNobodyWhileTheLeaderHoldsNone) {
    const std::vector<NodeId> voters{NodeId{"a"}, NodeId{"b"}, NodeId{"c"}};
    EXPECT_TRUE(without_primary(with_primaries({"b"}), NodeId{"a"}, voters).empty());
    EXPECT_TRUE(without_primary(with_primaries({}), NodeId{"a"}, voters).empty());
    EXPECT_TRUE(without_primary(with_primaries({""}), NodeId{"a"}, voters).empty());
}

TEST(WithoutPrimary, NamesTheVotersThatHoldNone) {
    const std::vector<NodeId> voters{NodeId{"a"}, NodeId{"b"}, NodeId{"c"}};
    const std::vector<NodeId> both{NodeId{"b"}, NodeId{"c"}};
    EXPECT_EQ(without_primary(with_primaries({"a"}), NodeId{"a"}, voters), both);
    EXPECT_EQ(without_primary(with_primaries({"a", "b"}), NodeId{"a"}, voters),
              std::vector<NodeId>{NodeId{"c"}});
    EXPECT_TRUE(without_primary(with_primaries({"a", "b", "c"}), NodeId{"a"}, voters).empty());
}

}  // namespace
}  // namespace baton::cluster
