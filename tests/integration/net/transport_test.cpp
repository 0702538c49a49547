// Agents' connections over real loopback sockets, driven on this thread. Every
// wait is for a condition and has a deadline.

#include "adapters/net/dialer.hpp"
#include "pair.hpp"
#include "stalled_peer.hpp"

namespace baton::adapters {
namespace {

/// Timers that were asked for never fire while it is holding them.
class HoldingLoop final : public RunningLoop {
public:
    explicit HoldingLoop(RunningLoop& real) : real_(real) {}
    Instant now() override { return real_.now(); }
    std::int64_t wall_milliseconds() override { return real_.wall_milliseconds(); }
    TimerId at(Instant when, std::function<void()> action) override {
        if (!holding) return real_.at(when, std::move(action));
        ++held;
        return 0;
    }
    void cancel(TimerId timer) override { real_.cancel(timer); }
    void post(std::function<void()> action) override { real_.post(std::move(action)); }
    void run() override { real_.run(); }
    void stop() override { real_.stop(); }
    void* io_context() override { return real_.io_context(); }

    bool holding = true;
    unsigned held = 0;

private:
    RunningLoop& real_;
};

/// Node a runs on a loop that never fires its timers: what it dials after its
/// first attempts, it dials because b has shown itself.
class HeldTransportTest : public TransportTest {
protected:
    void SetUp() override {
        TransportTest::SetUp();
        holding_ = std::make_unique<HoldingLoop>(*loop_);
        a_.self = NodeId{"a"};
        auto made = make_transport(*holding_, options(a_.self, Incarnation{1}, &a_), a_.check);
        ASSERT_TRUE(made.has_value()) << made.error().message;
        a_.running = std::move(made).value();
        a_.running.transport->start([](const NodeId&, PeerMessage) {},
                                    [this](const NodeId&, bool up) { a_.changes.push_back(up); });
        // Two lanes: a deadline for each attempt, then a next attempt that never comes.
        ASSERT_TRUE(until([&] { return holding_->held >= 4; }));
    }
    void TearDown() override { a_.running.transport.reset(); }  // Before the loop it refers to.

    std::unique_ptr<HoldingLoop> holding_;
};

TEST_F(HeldTransportTest, APeerThatDialsIsDialledAtOnce) {
    run(b_, "b", 2);
    EXPECT_TRUE(until([&] { return a_.up(); }));
}

TEST_F(HeldTransportTest, APeerThatKeepsComingIsDialledAtABoundedPace) {
    DismissivePeer b(ports_[NodeId{"b"}]);
    const Instant start = holding_->now();
    for (int count = 0; count < 40; ++count) {
        RawPeer peer(ports_[NodeId{"a"}]);
        peer.greet(greeting_of_b());
        ASSERT_TRUE(until([&] {
            b.poll();
            return peer.gone() || !peer.said().empty();
        }));
    }
    ASSERT_TRUE(until([&] {
        b.poll();
        return b.dismissed() >= 2;
    }));
    const auto intervals = (holding_->now() - start) / net::hurried_interval + 1;
    EXPECT_LE(b.dismissed(), 2 * intervals) << "two lanes";
}

TEST_F(TransportTest, DeliversOnBothLanesInBothDirections) {
    run(a_, "a", 1);
    run(b_, "b", 2);
    ASSERT_TRUE(both_up());
    raft::Message entry{NodeId{"b"}, NodeId{"a"}, Term{3}, raft::TimeoutNow{}};
    a_.running.transport->send(NodeId{"b"}, Lane::urgent, heartbeat("a", 1, 7));
    ASSERT_TRUE(until([&] {
        b_.running.transport->send(NodeId{"a"}, Lane::bulk, entry);
        return !a_.received.empty() && !b_.received.empty();
    }));
    EXPECT_EQ(b_.received.front().first, NodeId{"a"});
    EXPECT_EQ(b_.received.front().second, PeerMessage{heartbeat("a", 1, 7)});
    EXPECT_EQ(a_.received.front().second, PeerMessage{entry});
    EXPECT_EQ(*a_.running.frames_refused, 0U);
}

TEST_F(TransportTest, SaysLostAndEstablishedOncePerChangeWhenAPeerRestarts) {
    run(a_, "a", 1);
    run(b_, "b", 2);
    ASSERT_TRUE(both_up());
    b_.running = {};
    ASSERT_TRUE(until([&] { return !a_.up(); }));
    b_.changes.clear();
    run(b_, "b", 2);
    ASSERT_TRUE(both_up());
    EXPECT_EQ(a_.changes, (std::vector<bool>{true, false, true}));
    ASSERT_TRUE(until([&] {
        a_.running.transport->send(NodeId{"b"}, Lane::urgent, heartbeat("a", 1, 9));
        return !b_.received.empty();
    }));
}

TEST_F(TransportTest, RefusesAnotherClusterAndBothSidesLearnWhy) {
    b_.check.id = ClusterId{"c2"};
    run(a_, "a", 1);
    run(b_, "b", 2);
    ASSERT_TRUE(until([&] { return *a_.running.frames_refused > 2; }));
    ASSERT_TRUE(until([&] { return b_.reported("cluster c2 is not cluster c1"); }));
    EXPECT_TRUE(a_.reported("cluster c2 is not cluster c1"));
    EXPECT_FALSE(a_.up());
    EXPECT_FALSE(b_.up());
}

TEST_F(TransportTest, ReportsTheSameRefusalOnce) {
    b_.check.id = ClusterId{"c2"};
    run(a_, "a", 1);
    run(b_, "b", 2);
    ASSERT_TRUE(until([&] { return *a_.running.frames_refused > 12; }));
    EXPECT_LE(a_.events.size(), 6U);
}

TEST_F(TransportTest, RefusesAnotherIncarnation) {
    run(a_, "a", 1);
    run(b_, "b", 99);
    ASSERT_TRUE(until([&] { return b_.reported("another incarnation of b"); }));
    EXPECT_FALSE(b_.up());
    EXPECT_TRUE(b_.received.empty());
}

TEST_F(TransportTest, SilencesANodeThatWasReplacedWhileConnected) {
    run(a_, "a", 1);
    run(b_, "b", 2);
    ASSERT_TRUE(both_up());
    a_.check.members[NodeId{"b"}] = Incarnation{3};
    b_.running.transport->send(NodeId{"a"}, Lane::urgent, heartbeat("b", 2, 1));
    ASSERT_TRUE(until([&] { return !b_.up(); }));
    EXPECT_TRUE(a_.received.empty());
}

TEST_F(TransportTest, GreetsAgainOnTheSameConnectionWhenTheClusterIsFormed) {
    a_.check.id = ClusterId{};
    b_.check.id = ClusterId{};
    run(a_, "a", 1);
    run(b_, "b", 2);
    ASSERT_TRUE(both_up());
    a_.check.id = ClusterId{"c1"};
    b_.check.id = ClusterId{"c1"};
    a_.running.transport->send(NodeId{"b"}, Lane::urgent, heartbeat("a", 1, 1));
    ASSERT_TRUE(until([&] { return !b_.received.empty(); }));
    EXPECT_EQ(a_.changes, (std::vector<bool>{true}));
}

TEST_F(TransportTest, RefusesAMessageInAnothersName) {
    run(a_, "a", 1);
    RawPeer peer(ports_[NodeId{"a"}]);
    peer.greet(greeting_of_b());
    ASSERT_TRUE(until([&] { return peer.gone() || !peer.said().empty(); }));
    peer.send(message_frame(heartbeat("c", 2, 1)));
    ASSERT_TRUE(until([&] { return peer.gone(); }));
    EXPECT_NE(peer.said().find("in the name of node c"), std::string::npos);
    EXPECT_TRUE(a_.received.empty());
    EXPECT_EQ(*a_.running.frames_refused, 1U);
}

TEST_F(TransportTest, RefusesGarbageAndMessagesBeforeTheGreeting) {
    run(a_, "a", 1);
    RawPeer garbage(ports_[NodeId{"a"}]);
    garbage.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    RawPeer hasty(ports_[NodeId{"a"}]);
    hasty.send(message_frame(heartbeat("b", 2, 1)));
    RawPeer damaged(ports_[NodeId{"a"}]);
    auto frame = wire::encode_frame(net::encode_greeting(net::Tag::greeting, greeting_of_b()));
    frame.back() = static_cast<char>(frame.back() ^ 1);
    damaged.send(frame);
    ASSERT_TRUE(until([&] { return garbage.gone(); }));
    ASSERT_TRUE(until([&] { return hasty.gone(); }));
    ASSERT_TRUE(until([&] { return damaged.gone(); }));
    EXPECT_EQ(*a_.running.frames_refused, 3U);
    EXPECT_TRUE(a_.received.empty());
}

TEST_F(TransportTest, RefusesAnOversizedFrameFromAnAdmittedPeer) {
    auto chosen = options(NodeId{"a"}, Incarnation{1}, &a_);
    chosen.frame_bytes_max = 10'000;
    run(a_, std::move(chosen));
    RawPeer peer(ports_[NodeId{"a"}]);
    peer.greet(greeting_of_b());
    ASSERT_TRUE(until([&] { return peer.gone() || !peer.said().empty(); }));
    std::string header;
    wire::append_u32(header, 10'001);
    wire::append_u32(header, 0);
    peer.send(header);
    ASSERT_TRUE(until([&] { return peer.gone(); }));
    EXPECT_EQ(*a_.running.frames_refused, 1U);
}

TEST_F(TransportTest, AFloodOfSilentConnectionsOnlyDisplacesItself) {
    auto chosen = options(NodeId{"a"}, Incarnation{1}, &a_);
    chosen.connections_max = 8;
    run(a_, std::move(chosen));
    run(b_, "b", 2);
    ASSERT_TRUE(both_up());
    std::vector<std::unique_ptr<RawPeer>> flood;
    for (int count = 0; count < 40; ++count) {
        flood.push_back(std::make_unique<RawPeer>(ports_[NodeId{"a"}]));
    }
    ASSERT_TRUE(until([&] {
        std::size_t open = 0;
        for (auto& peer : flood) open += peer->gone() ? 0 : 1;
        return open <= 8;
    }));
    b_.running.transport->send(NodeId{"a"}, Lane::urgent, heartbeat("b", 2, 5));
    ASSERT_TRUE(until([&] { return !a_.received.empty(); }));
    EXPECT_EQ(b_.changes, (std::vector<bool>{true}));
}

TEST_F(TransportTest, HangsUpOnAPeerThatNeverFinishesItsGreeting) {
    run(a_, "a", 1);
    RawPeer slow(ports_[NodeId{"a"}]);
    slow.send("\x10");
    ASSERT_TRUE(until([&] { return slow.gone(); }));
}

TEST_F(TransportTest, AStalledBulkLaneDoesNotHoldUpTheUrgentOne) {
    StalledPeer peer(ports_[NodeId{"b"}]);
    run(a_, "a", 1);
    ASSERT_TRUE(until([&] {
        peer.poll();
        return a_.up();
    }));
    raft::Append body;
    body.entries.push_back(raft::Entry{Term{1}, LogIndex{1}, raft::EntryKind::command,
                                       std::string(1024 * 1024, 'x'), std::nullopt});
    const raft::Message bulk{NodeId{"a"}, NodeId{"b"}, Term{1}, body};
    for (std::uint64_t sequence = 1; sequence <= 20; ++sequence) {
        for (int count = 0; count < 4; ++count) {
            a_.running.transport->send(NodeId{"b"}, Lane::bulk, bulk);
        }
        a_.running.transport->send(NodeId{"b"}, Lane::urgent, heartbeat("a", 1, sequence));
        ASSERT_TRUE(until([&] {
            peer.poll();
            return peer.urgent().size() == sequence;
        }));
    }
    EXPECT_EQ(peer.urgent().back(), PeerMessage{heartbeat("a", 1, 20)});
}

TEST_F(TransportTest, ABusyPortIsNamedWithTheRemedy) {
    run(a_, "a", 1);
    auto second = make_transport(*loop_, options(NodeId{"a"}, Incarnation{1}, &b_), b_.check);
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().kind, ErrorKind::unavailable);
    const auto port = std::to_string(ports_[NodeId{"a"}]);
    EXPECT_NE(second.error().message.find("127.0.0.1:" + port), std::string::npos);
    EXPECT_NE(second.error().message.find("in use"), std::string::npos);
    EXPECT_NE(second.error().message.find("ss -ltnp"), std::string::npos);
}

}  // namespace
}  // namespace baton::adapters
