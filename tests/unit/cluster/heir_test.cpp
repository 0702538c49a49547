// Who leads consensus instead of a node that is to lead nothing.
#include "core/cluster/heir.hpp"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace baton::cluster
