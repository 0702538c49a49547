// Who hears more than the leader: opinions of three nodes about each other.
#include "core/detector/standpoint.hpp"

#include <gtest/gtest.h>

#include <string>

namespace baton::detector {
namespace {

using cluster::Liveness;

class Standpoint : public ::testing::Test {
protected:
    /// Everybody hears everybody; a leads.
    void SetUp() override {
        for (const char* node : {"a", "b", "c"}) {
            cluster::NodeReport& report = reports[NodeId{node}];
            report.node = NodeId{node};
            for (const char* other : {"a", "b", "c"}) {
                if (std::string(node) == other) continue;
                cluster::PeerView view;
                view.peer = NodeId{other};
                view.liveness = Liveness::alive;
                report.peers.push_back(view);
            }
        }
    }
    void holds(const char* node, const char* other, Liveness liveness) {
        for (cluster::PeerView& each : reports.at(NodeId{node}).peers) {
            if (each.peer == NodeId{other}) each.liveness = liveness;
        }
    }
    [[nodiscard]] std::vector<NodeId> better() const {
        return better_placed(NodeId{"a"}, {NodeId{"a"}, NodeId{"b"}, NodeId{"c"}}, reports);
    }

    std::map<NodeId, cluster::NodeReport> reports;
    const std::vector<NodeId> nobody;
    const std::vector<NodeId> only_b{NodeId{"b"}};
};

TEST_F(Standpoint, NobodyWhereEverybodyHearsEverybody) {
    EXPECT_EQ(better(), nobody);
}

/// Cut both ways, c is not in the leader's reports.
TEST_F(Standpoint, WhoHearsWhomTheLeaderDoesNot) {
    holds("a", "c", Liveness::failed);
    reports.erase(NodeId{"c"});
    EXPECT_EQ(better(), only_b);
}

/// The leader joined while c was down, and c has not heard of its joining.
TEST_F(Standpoint, WhoHearsWhomTheLeaderHasNeverHeard) {
    holds("a", "c", Liveness::unheard);
    reports.erase(NodeId{"c"});
    EXPECT_EQ(better(), only_b);
}

TEST_F(Standpoint, WhoIsHeardByOneThatDoesNotHearTheLeader) {
    holds("c", "a", Liveness::failed);
    EXPECT_EQ(better(), only_b);
}

TEST_F(Standpoint, NobodyWhereTheLostNodeIsLostToAll) {
    holds("a", "c", Liveness::failed);
    holds("b", "c", Liveness::failed);
    reports.erase(NodeId{"c"});
    EXPECT_EQ(better(), nobody);
}

TEST_F(Standpoint, SuspicionDeposesNobodyAndRecommendsNobody) {
    holds("a", "c", Liveness::suspect);
    EXPECT_EQ(better(), nobody);
    holds("a", "c", Liveness::failed);
    reports.erase(NodeId{"c"});
    holds("b", "c", Liveness::suspect);
    EXPECT_EQ(better(), nobody);
    holds("b", "c", Liveness::unheard);
    EXPECT_EQ(better(), nobody);
}

/// Each of them lacks somebody: it would only move the hole.
TEST_F(Standpoint, NobodyWhoLacksWhatTheLeaderHas) {
    for (const char* node : {"a", "b", "c"}) {
        cluster::PeerView view;
        view.peer = NodeId{"d"};
        view.liveness = Liveness::alive;
        reports.at(NodeId{node}).peers.push_back(view);
    }
    holds("a", "c", Liveness::failed);
    reports.erase(NodeId{"c"});
    holds("b", "d", Liveness::failed);
    EXPECT_EQ(better(), nobody);
}

TEST_F(Standpoint, WhoDoubtsItselfHasNoSay) {
    holds("a", "c", Liveness::failed);
    reports.erase(NodeId{"c"});
    reports.at(NodeId{"b"}).doubts_itself = true;
    EXPECT_EQ(better(), nobody) << "the other voter's opinion";
    reports.at(NodeId{"b"}).doubts_itself = false;
    reports.at(NodeId{"a"}).doubts_itself = true;
    EXPECT_EQ(better(), nobody) << "the leader's own";
}

TEST_F(Standpoint, AnAccuserThatDoubtsItselfIsNotBelieved) {
    holds("c", "a", Liveness::failed);
    reports.at(NodeId{"c"}).doubts_itself = true;
    EXPECT_EQ(better(), nobody);
}

}  // namespace
}  // namespace baton::detector
