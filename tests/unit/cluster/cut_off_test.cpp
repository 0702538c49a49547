#include "core/cluster/state.hpp"

#include <gtest/gtest.h>

namespace baton::cluster {
namespace {

State with_node() {
    State state;
    state.nodes[NodeId{"b"}] = NodeState{};
    return state;
}

const EntryReference ninth{LogIndex{9}, Term{2}};

TEST(CutOff, EndsWhatWasRevokedBefore) {
    State state = with_node();
    ASSERT_TRUE(state.apply(RecordCutOff{NodeId{"b"}, LogIndex{7}, ""}, ninth));
    const NodeState& node = state.nodes.at(NodeId{"b"});
    EXPECT_TRUE(cut_off_since(node, {LogIndex{6}, Term{1}}));
    EXPECT_TRUE(cut_off_since(node, {LogIndex{7}, Term{2}}));
    EXPECT_FALSE(cut_off_since(node, {LogIndex{8}, Term{2}})) << "revoked while it was under way";
    EXPECT_FALSE(cut_off_since(node, EntryReference{})) << "never revoked";
}

TEST(CutOff, IsNotTakenBackByAnOlderOne) {
    State state = with_node();
    ASSERT_TRUE(state.apply(RecordCutOff{NodeId{"b"}, LogIndex{7}, ""}, ninth));
    ASSERT_TRUE(state.apply(RecordCutOff{NodeId{"b"}, LogIndex{3}, ""}, {LogIndex{10}, Term{2}}));
    EXPECT_EQ(state.nodes.at(NodeId{"b"}).cut_off, LogIndex{7});
}

TEST(CutOff, OfNobodyAndAfterWhatIsToComeIsRefused) {
    State state = with_node();
    EXPECT_FALSE(state.apply(RecordCutOff{NodeId{"z"}, LogIndex{7}, ""}, ninth));
    EXPECT_FALSE(state.apply(RecordCutOff{NodeId{"b"}, LogIndex{9}, ""}, ninth));
    EXPECT_EQ(state, with_node());
}

}  // namespace
}  // namespace baton::cluster
