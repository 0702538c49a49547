// Whom a member talks to: data directories that the cluster knows.
#include "runtime/member.hpp"
#include "unit/runtime/held_loop.hpp"
#include "wire/codec.hpp"

#include <gtest/gtest.h>

namespace baton::runtime {
namespace {

class NoPeers final : public Transport {
public:
    void start(Receive /*receive*/, Connectivity /*connectivity*/) override {}
    void meet(const std::map<NodeId, cluster::Endpoint>& /*peers*/) override {}
    void send(const NodeId& /*to*/, Lane /*lane*/, PeerMessage /*message*/) override {}
};

class StuckDisk final : public LogStore {
public:
    void save(raft::Persist /*persist*/, Done<void> /*done*/) override {}
    void join(ClusterId /*cluster*/, raft::Snapshot /*first*/, Done<void> /*done*/) override {}
    void close_epoch(GroupId /*group*/, Epoch /*epoch*/, Done<void> /*done*/) override {}
    [[nodiscard]] Duration stalled_for(Instant /*now*/) const override { return {}; }
};

class NoDeadlines final : public Deadlines {
public:
    void set(const std::string& /*name*/, Instant /*when*/) override {}
    void clear(const std::string& /*name*/) override {}
    [[nodiscard]] bool verified() override { return false; }
};

constexpr Incarnation before{1};
constexpr Incarnation after{2};

/// Node a was down while the directory of b was replaced: the entry that admits
/// the new one is the last of its log, and it has not heard that it is committed.
struct Admission : ::testing::Test {
    Admission() {
        cluster::State state;
        state.id = ClusterId{"cluster"};
        for (const char* name : {"a", "b", "c"}) {
            state.nodes[NodeId{name}].declared.id = NodeId{name};
            state.nodes[NodeId{name}].incarnation = before;
        }
        raft::Snapshot snapshot;
        snapshot.index = LogIndex{7};
        snapshot.term = Term{2};
        snapshot.membership.voters = {NodeId{"a"}, NodeId{"c"}};
        snapshot.state = wire::encode(state);
        raft::Entry entry;
        entry.index = LogIndex{8};
        entry.term = Term{2};
        entry.kind = raft::EntryKind::command;
        entry.payload = wire::encode(cluster::AdmitIncarnation{NodeId{"b"}, after, "operator"});
        Recovered recovered;
        recovered.identity = {NodeId{"a"}, before, state.id};
        recovered.raft.hard_state = {Term{2}, NodeId{}, LogIndex{7}};
        recovered.raft.snapshot = snapshot;
        recovered.raft.entries = {entry};
        MemberOptions options;
        options.self = NodeId{"a"};
        options.consensus.raft.self = NodeId{"a"};
        member = std::make_unique<Member>(
            loop, transport, store, Fences{guard, kernel}, std::move(recovered), options,
            [](MemberView) {}, [](Event) {});
        member->start();
    }
    [[nodiscard]] bool admits(const char* node, Incarnation directory) const {
        return member->admit(NodeId{node}, directory, ClusterId{"cluster"}).has_value();
    }

    HeldLoop loop;
    NoPeers transport;
    StuckDisk store;
    NoDeadlines guard;
    NoKernelLease kernel{"a test"};
    std::unique_ptr<Member> member;
};

TEST_F(Admission, TheDirectoryThatTheLogAdmitsIsTalkedTo) {
    EXPECT_TRUE(admits("b", after));
    EXPECT_TRUE(admits("b", before)) << "until the entry is applied";
    EXPECT_TRUE(admits("c", before));
}

TEST_F(Admission, ADirectoryThatNobodyNamedIsRefused) {
    EXPECT_FALSE(admits("b", Incarnation{3}));
    EXPECT_FALSE(admits("c", after));
}

}  // namespace
}  // namespace baton::runtime
