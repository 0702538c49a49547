#pragma once

/// A member of a cluster of three with nothing real around it: what it is told and
/// what becomes of its writes is the test's.

#include "runtime/member.hpp"
#include "unit/runtime/held_loop.hpp"
#include "wire/codec.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

namespace baton::runtime {

class TestPeers final : public Transport {
public:
    void start(Receive receive, Connectivity /*connectivity*/) override {
        say = std::move(receive);
    }
    void meet(const std::map<NodeId, cluster::Endpoint>& /*peers*/) override {}
    void send(const NodeId& /*to*/, Lane /*lane*/, PeerMessage /*message*/) override {}

    Receive say;  ///< A peer says something.
};

/// Keeps what is to be stored waiting until the test answers.
class TestDisk final : public LogStore {
public:
    void save(raft::Persist /*persist*/, Done<void> done) override { asked.push_back(done); }
    void join(ClusterId /*cluster*/, raft::Snapshot /*first*/, Done<void> done) override {
        asked.push_back(done);
    }
    void close_epoch(GroupId /*group*/, Epoch /*epoch*/, Done<void> done) override {
        asked.push_back(done);
    }
    [[nodiscard]] Duration stalled_for(Instant /*now*/) const override { return {}; }

    std::vector<Done<void>> asked;
};

class NoDeadlines final : public Deadlines {
public:
    void set(const std::string& /*name*/, Instant /*when*/) override {}
    void clear(const std::string& /*name*/) override {}
    [[nodiscard]] bool verified() override { return false; }
};

/// Node a. Its log ends with the entry that admits another directory of b, and it has not
/// heard that this is committed.
struct SmallMember : ::testing::Test {
    static constexpr Incarnation before{1};
    static constexpr Incarnation after{2};

    SmallMember() {
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
        options.log_failed = [this] { ++log_failures; };
        member = std::make_unique<Member>(
            loop, transport, store, Fences{guard, kernel}, std::move(recovered), options,
            [](MemberView) {}, [](Event) {});
        member->start();
    }

    HeldLoop loop;
    TestPeers transport;
    TestDisk store;
    NoDeadlines guard;
    NoKernelLease kernel{"a test"};
    int log_failures = 0;
    std::unique_ptr<Member> member;
};

}  // namespace baton::runtime
