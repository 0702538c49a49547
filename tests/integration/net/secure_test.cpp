// Agents' connections inside TLS, over real loopback sockets. Every wait is for
// a condition and has a deadline.

#include "adapters/tls/credentials.hpp"
#include "pair.hpp"
#include "papers.hpp"

#include <mutex>

namespace baton::adapters {
namespace {

/// A connection of our own to an agent's peer port that shakes hands as `self`.
class SecurePeer {
public:
    SecurePeer(std::uint16_t port, std::shared_ptr<Session> session)
        : raw_(port), session_(std::move(session)) {
        raw_.send(session_->seal({}));
    }
    /// Takes what came; false once the other side has hung up or refused.
    bool poll() {
        const std::size_t before = raw_.said().size();
        const bool gone = raw_.gone();
        if (raw_.said().size() > before) {
            const auto plain = session_->open(raw_.said().substr(before));
            broken_ = broken_ || !plain;
            if (plain) heard_ += plain.value();
            raw_.send(session_->seal({}));
        }
        return !gone && !broken_;
    }
    void send(const std::string& plain) { raw_.send(session_->seal(plain)); }
    void send_wire(const std::string& wire) { raw_.send(wire); }
    [[nodiscard]] Session& session() { return *session_; }
    [[nodiscard]] const std::string& heard() const { return heard_; }

private:
    RawPeer raw_;
    std::shared_ptr<Session> session_;
    std::string heard_;
    bool broken_ = false;
};

class SecureTransportTest : public TransportTest {
protected:
    void TearDown() override {
        a_.running.transport.reset();  // Before the gates behind their doors.
        b_.running.transport.reset();
    }

    std::unique_ptr<Gate> gate(const CertificateFiles& files, const std::string& node) {
        auto made = make_gate(files, NodeId{node}, [](const Event&) {});
        EXPECT_TRUE(made.has_value()) << (made ? "" : made.error().message);
        return made ? std::move(made).value() : nullptr;
    }
    void run_secure(Agent& agent, const std::string& name, std::uint64_t incarnation, Gate& gate) {
        agent.self = NodeId{name};
        auto chosen = options(agent.self, Incarnation{incarnation}, &agent);
        chosen.gate = &gate;
        run(agent, std::move(chosen));
    }
    void run_both() {
        gate_a_ = gate(papers_.of("a"), "a");
        gate_b_ = gate(papers_.of("b"), "b");
        run_secure(a_, "a", 1, *gate_a_);
        run_secure(b_, "b", 2, *gate_b_);
        ASSERT_TRUE(both_up());
    }
    /// Node b as the test plays it, with its true certificate, greeted and welcomed.
    std::unique_ptr<SecurePeer> admitted_b() {
        auto credentials = tls::Credentials::load(papers_.of("b"), NodeId{"b"});
        auto peer = std::make_unique<SecurePeer>(ports_[NodeId{"a"}],
                                                 credentials.value()->dial(NodeId{"a"}));
        EXPECT_TRUE(until([&] { return !peer->poll() || peer->session().established(); }));
        peer->send(wire::encode_frame(encode_greeting(net::Tag::greeting, greeting_of_b())));
        EXPECT_TRUE(until([&] { return !peer->poll() || !peer->heard().empty(); }));
        return peer;
    }
    /// A heartbeat of b still arrives at a, over the connections there were.
    void expect_undisturbed() {
        a_.received.clear();
        b_.running.transport->send(NodeId{"a"}, Lane::urgent, heartbeat("b", 2, 5));
        ASSERT_TRUE(until([&] { return !a_.received.empty(); }));
        EXPECT_EQ(b_.changes, (std::vector<bool>{true})) << "no connection was lost";
        EXPECT_EQ(a_.changes, (std::vector<bool>{true}));
    }

    test::Papers papers_;
    std::unique_ptr<Gate> gate_a_;
    std::unique_ptr<Gate> gate_b_;
};

TEST_F(SecureTransportTest, DeliversOnBothLanes) {
    run_both();
    raft::Append body;
    body.entries.push_back(raft::Entry{Term{1}, LogIndex{1}, raft::EntryKind::command,
                                       std::string(1024 * 1024, 'x'), std::nullopt});
    const raft::Message bulk{NodeId{"a"}, NodeId{"b"}, Term{1}, body};
    a_.running.transport->send(NodeId{"b"}, Lane::urgent, heartbeat("a", 1, 7));
    ASSERT_TRUE(until([&] { return !b_.received.empty(); }));
    EXPECT_EQ(b_.received.front().second, PeerMessage{heartbeat("a", 1, 7)});
    b_.received.clear();
    ASSERT_TRUE(until([&] {
        if (b_.received.empty()) a_.running.transport->send(NodeId{"b"}, Lane::bulk, bulk);
        return !b_.received.empty();
    }));
    EXPECT_EQ(b_.received.front().second, PeerMessage{bulk});
    EXPECT_EQ(*a_.running.frames_refused, 0U);
}

TEST_F(SecureTransportTest, AForeignCertificateIsRefusedCountedAndTold) {
    const test::Papers foreign;
    gate_a_ = gate(papers_.of("a"), "a");
    gate_b_ = gate(foreign.of("b"), "b");
    run_secure(a_, "a", 1, *gate_a_);
    run_secure(b_, "b", 2, *gate_b_);
    ASSERT_TRUE(until([&] {
        return *a_.running.frames_refused > 2 && a_.reported("its certificate is not accepted");
    }));
    EXPECT_TRUE(b_.reported("its certificate is not accepted"));
    EXPECT_FALSE(a_.up());
    EXPECT_FALSE(b_.up());
    EXPECT_TRUE(a_.received.empty());
}

TEST_F(SecureTransportTest, AGreetingMustBearTheNameOfTheCertificate) {
    papers_.issue("c");
    gate_a_ = gate(papers_.of("a"), "a");
    run_secure(a_, "a", 1, *gate_a_);
    auto credentials = tls::Credentials::load(papers_.of("c"), NodeId{"c"});
    ASSERT_TRUE(credentials.has_value());
    SecurePeer peer(ports_[NodeId{"a"}], credentials.value()->dial(NodeId{"a"}));
    ASSERT_TRUE(until([&] { return !peer.poll() || peer.session().established(); }));
    peer.send(wire::encode_frame(encode_greeting(net::Tag::greeting, greeting_of_b())));
    ASSERT_TRUE(until([&] { return !peer.poll(); }));
    EXPECT_NE(peer.heard().find("greets as node b, but its certificate names c"),
              std::string::npos);
    EXPECT_TRUE(a_.reported("its certificate names c"));
    EXPECT_EQ(*a_.running.frames_refused, 1U);
}

TEST_F(SecureTransportTest, AForgedAndARepeatedFrameEndTheConnection) {
    gate_a_ = gate(papers_.of("a"), "a");
    run_secure(a_, "a", 1, *gate_a_);
    for (const bool forged : {true, false}) {
        const auto before = *a_.running.frames_refused;
        a_.received.clear();
        const auto peer = admitted_b();
        std::string wire = peer->session().seal(message_frame(heartbeat("b", 2, 1)));
        if (forged) wire[wire.size() / 2] = static_cast<char>(wire[wire.size() / 2] ^ 1);
        peer->send_wire(wire);
        if (!forged) {
            ASSERT_TRUE(until([&] { return a_.received.size() == 1; }));
            peer->send_wire(wire);
        }
        ASSERT_TRUE(until([&] { return !peer->poll(); })) << forged;
        EXPECT_EQ(a_.received.size(), forged ? 0U : 1U);
        EXPECT_EQ(*a_.running.frames_refused, before + 1);
        EXPECT_TRUE(a_.reported("forged or repeated on the way"));
    }
}

TEST_F(SecureTransportTest, APlainAgentIsRefused) {
    gate_a_ = gate(papers_.of("a"), "a");
    run_secure(a_, "a", 1, *gate_a_);
    run(b_, "b", 2);
    ASSERT_TRUE(until([&] { return *a_.running.frames_refused > 0 && b_.events.size() > 0; }));
    EXPECT_FALSE(a_.up());
    EXPECT_FALSE(b_.up());
}

TEST_F(SecureTransportTest, AFloodOfSilentConnectionsOnlyDisplacesItself) {
    run_both();
    std::vector<std::unique_ptr<RawPeer>> flood;
    for (int count = 0; count < 90; ++count) {
        flood.push_back(std::make_unique<RawPeer>(ports_[NodeId{"a"}]));
    }
    ASSERT_TRUE(until([&] {
        std::size_t open = 0;
        for (auto& peer : flood) open += peer->gone() ? 0 : 1;
        return open <= 64;
    }));
    expect_undisturbed();
    ASSERT_TRUE(until([&] { return *a_.running.frames_refused >= 20; }));
    EXPECT_TRUE(a_.reported("turned away"));
    // Whoever says nothing is gone at the deadline, and a newcomer finds room.
    ASSERT_TRUE(until([&] {
        std::size_t open = 0;
        for (auto& peer : flood) open += peer->gone() ? 0 : 1;
        return open == 0;
    }));
    EXPECT_FALSE(admitted_b()->heard().empty());
}

TEST_F(SecureTransportTest, AFloodOfHandshakesDisturbsNobodyWhoIsIn) {
    run_both();
    // Without a certificate: each costs the gate a whole handshake, and is refused.
    const auto context = tls::make_context(tls::Side::client);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
    std::vector<std::unique_ptr<SecurePeer>> flood;
    for (int count = 0; count < 200; ++count) {
        flood.push_back(std::make_unique<SecurePeer>(
            ports_[NodeId{"a"}], tls::begin_session(*context, tls::Side::client, {})));
    }
    ASSERT_TRUE(until([&] {
        std::erase_if(flood, [](const auto& peer) { return !peer->poll(); });
        return flood.size() < 100;
    }));
    expect_undisturbed();
    ASSERT_TRUE(until([&] {
        std::erase_if(flood, [](const auto& peer) { return !peer->poll(); });
        return flood.empty();
    }));
    EXPECT_GT(*a_.running.frames_refused, 0U);
    EXPECT_EQ(a_.received.size(), 1U);
}

TEST_F(SecureTransportTest, ARenewedCertificateIsUsedWithoutARestart) {
    std::vector<Event> events;
    std::mutex mutex;
    auto made = make_gate(papers_.of("a"), NodeId{"a"}, [&](Event event) {
        const std::scoped_lock lock(mutex);
        events.push_back(std::move(event));
    });
    ASSERT_TRUE(made.has_value());
    gate_a_ = std::move(made).value();
    const auto before = gate_a_->expires();
    ASSERT_TRUE(renew_certificate(papers_.directory, NodeId{"a"}, 500).has_value());
    ASSERT_TRUE(until([&] { return gate_a_->expires() > before; }));
    run_secure(a_, "a", 1, *gate_a_);
    gate_b_ = gate(papers_.of("b"), "b");
    run_secure(b_, "b", 2, *gate_b_);
    EXPECT_TRUE(both_up());
    const std::scoped_lock lock(mutex);
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].name, "tls.reloaded");
}

TEST_F(SecureTransportTest, ItsPortIsFreeAsSoonAsItIsGone) {
    run_both();
    a_.running = {};
    ASSERT_TRUE(until([&] { return !b_.up(); }));
    run_secure(a_, "a", 1, *gate_a_);
    EXPECT_TRUE(until([&] { return b_.up(); }));
}

}  // namespace
}  // namespace baton::adapters
