// What the log keeps about the memory of standbys, and when it forgets it.
#include "core/cluster/state.hpp"

#include <gtest/gtest.h>

namespace baton::cluster {
namespace {

const GroupId cache{"cache"};
const InstanceId standby{"cache-b"};

class Holders : public testing::Test {
protected:
    Holders() {
        Topology topology;
        topology.name = "shop";
        Group group;
        group.id = cache;
        group.durability = Durability::replicated;
        for (const std::string node : {"a", "b"}) {
            topology.nodes.push_back({NodeId{node}, {"10.0.0.1", 7400}, {"10.0.0.1", 7401}, true});
            group.instances.push_back({.id = InstanceId{"cache-" + node},
                                       .node = NodeId{node},
                                       .endpoint = {"10.0.0.1", node == "a" ? std::uint16_t{1}
                                                                            : std::uint16_t{2}},
                                       .data = "/srv/" + node,
                                       .run_as = ""});
            topology.nodes.back().peer.port = node == "a" ? 7400 : 7402;
            topology.nodes.back().api.port = node == "a" ? 7401 : 7403;
        }
        topology.groups.push_back(group);
        state_ = form(ClusterId{"one"}, topology, {});
        apply(Appoint{cache, Epoch{1}, InstanceId{"cache-a"}, "a1", {}, {}});
    }

    bool apply(const Command& command) {
        ++index_;
        return static_cast<bool>(state_.apply(command, {LogIndex{index_}, Term{1}}));
    }
    bool record(const std::string& life, std::optional<std::uint64_t> reach) {
        return apply(RecordHolder{cache, state_.group(cache)->epoch, standby, life, reach, {}});
    }
    const Holder* holder(const InstanceId& instance) {
        const auto& all = state_.group(cache)->holders;
        const auto found = all.find(instance);
        return found == all.end() ? nullptr : &found->second;
    }
    Topology declared() { return topology_of(state_); }

    State state_;
    std::uint64_t index_ = 0;
};

TEST_F(Holders, AnAppointedPrimaryHoldsWhatItWasChosenFor) {
    ASSERT_NE(holder(InstanceId{"cache-a"}), nullptr);
    EXPECT_EQ(*holder(InstanceId{"cache-a"}), (Holder{"a1", LogIndex{1}, 0}));
}

TEST_F(Holders, ALifeIsNotedBeforeItsReachIsKnown) {
    EXPECT_FALSE(record("b1", 10)) << "nobody noted b1";
    EXPECT_TRUE(record("b1", std::nullopt));
    EXPECT_EQ(holder(standby)->noted, LogIndex{index_});
    EXPECT_FALSE(record("b2", 10)) << "another life than noted";
    EXPECT_TRUE(record("b1", 10));
    EXPECT_EQ(holder(standby)->reach, 10U);
    EXPECT_FALSE(record("b1", 5)) << "what is known is not lowered";
}

TEST_F(Holders, ANewLifeStartsAnew) {
    record("b1", std::nullopt);
    record("b1", 10);
    EXPECT_TRUE(record("b2", std::nullopt));
    EXPECT_FALSE(holder(standby)->reach.has_value());
}

TEST_F(Holders, NothingIsRecordedAfterTheRevocation) {
    record("b1", std::nullopt);
    apply(Revoke{cache, Epoch{1}, {}});
    EXPECT_FALSE(record("b1", 10));
}

TEST_F(Holders, AFailoverKeepsThemAndAnAcceptedLossDoesNot) {
    record("b1", std::nullopt);
    record("b1", 10);
    apply(Revoke{cache, Epoch{1}, {}});
    State lossy = state_;
    apply(Appoint{cache, Epoch{2}, InstanceId{"cache-a"}, "a1", {}, {}});
    EXPECT_NE(holder(standby), nullptr);
    state_ = lossy;
    apply(Request{cache, Epoch{1}, RequestKind::failover, {}, true, "operator", "", 0});
    apply(Appoint{cache, Epoch{2}, InstanceId{"cache-a"}, "a2", {}, {}});
    EXPECT_EQ(holder(standby), nullptr);
}

TEST_F(Holders, AnotherPromiseAsksForAnotherProof) {
    record("b1", std::nullopt);
    Topology same = declared();
    same.groups[0].busy_after = std::chrono::seconds{9};
    ASSERT_TRUE(apply(Declare{same, "operator", 0, 0}));
    EXPECT_NE(holder(standby), nullptr);
    Topology async = declared();
    async.groups[0].durability = Durability::async;
    ASSERT_TRUE(apply(Declare{async, "operator", 0, 0}));
    EXPECT_EQ(holder(standby), nullptr);
    EXPECT_FALSE(record("b1", std::nullopt)) << "nothing is promised";
}

}  // namespace
}  // namespace baton::cluster
