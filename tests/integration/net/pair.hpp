#pragma once

/// Two agents' transports on one loop, driven by the test.

#include "adapters/factories.hpp"
#include "adapters/gate.hpp"
#include "wire/codec.hpp"
#include "wire/frame.hpp"

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "peers.hpp"

namespace baton::adapters {

using namespace std::chrono_literals;

struct FixedCheck final : PeerCheck {
    ClusterId id{"c1"};
    std::map<NodeId, Incarnation> members{{NodeId{"a"}, Incarnation{1}},
                                          {NodeId{"b"}, Incarnation{2}}};

    ClusterId cluster() const override { return id; }
    Result<void> admit(const NodeId& peer, Incarnation incarnation,
                       const ClusterId& other) const override {
        if (other != id) return refused("cluster " + other.text + " is not cluster " + id.text);
        const auto known = members.find(peer);
        if (known == members.end()) return refused("node " + peer.text + " is not a member");
        if (known->second != incarnation) return refused("another incarnation of " + peer.text);
        return success();
    }
};

struct Agent {
    NodeId self;
    FixedCheck check;
    std::vector<std::pair<NodeId, PeerMessage>> received;
    std::vector<bool> changes;
    std::vector<Event> events;
    RunningTransport running;

    [[nodiscard]] bool up() const { return !changes.empty() && changes.back(); }
    [[nodiscard]] bool reported(const std::string& text) const {
        for (const Event& event : events) {
            if (event.sentence.find(text) != std::string::npos) return true;
        }
        return false;
    }
};

class TransportTest : public ::testing::Test {
protected:
    void SetUp() override {
        loop_ = make_loop();
        context_ = static_cast<boost::asio::io_context*>(loop_->io_context());
        ports_[NodeId{"a"}] = free_port();
        ports_[NodeId{"b"}] = free_port();
    }

    TransportOptions options(const NodeId& self, Incarnation incarnation, Agent* agent) {
        TransportOptions result;
        result.self = self;
        result.incarnation = incarnation;
        result.listen = {"127.0.0.1", ports_[self]};
        for (const auto& [node, port] : ports_) {
            if (node != self) result.peers.push_back({node, {"127.0.0.1", port}});
        }
        result.report = [agent](Event event) { agent->events.push_back(std::move(event)); };
        return result;
    }

    void run(Agent& agent, TransportOptions chosen) {
        auto made = make_transport(*loop_, std::move(chosen), agent.check);
        ASSERT_TRUE(made.has_value()) << made.error().message;
        agent.running = std::move(made).value();
        agent.running.transport->start(
            [&agent](const NodeId& from, PeerMessage message) {
                agent.received.emplace_back(from, std::move(message));
            },
            [&agent](const NodeId& /*peer*/, bool up) { agent.changes.push_back(up); });
    }
    void run(Agent& agent, const std::string& name, std::uint64_t incarnation) {
        agent.self = NodeId{name};
        run(agent, options(agent.self, Incarnation{incarnation}, &agent));
    }

    /// Drives the loop until `condition` holds; false after ten seconds.
    template <typename Condition>
    bool until(Condition condition) {
        const auto deadline = std::chrono::steady_clock::now() + 10s;
        while (!condition()) {
            if (std::chrono::steady_clock::now() > deadline) return false;
            context_->run_one_for(5ms);
        }
        return true;
    }
    bool both_up() {
        return until([&] { return a_.up() && b_.up(); });
    }

    static lease::Heartbeat heartbeat(const std::string& from, std::uint64_t incarnation,
                                      std::uint64_t sequence) {
        lease::Heartbeat message;
        message.from = NodeId{from};
        message.incarnation = Incarnation{incarnation};
        message.sequence = sequence;
        return message;
    }
    static net::Greeting greeting_of_b(Lane lane = Lane::urgent) {
        return {net::wire_version, lane, Incarnation{2}, ClusterId{"c1"}, NodeId{"b"}};
    }
    static std::string message_frame(const PeerMessage& message) {
        return wire::encode_frame(net::encode_message(message));
    }

    std::unique_ptr<RunningLoop> loop_;
    boost::asio::io_context* context_ = nullptr;
    std::map<NodeId, std::uint16_t> ports_;
    Agent a_;
    Agent b_;
};

}  // namespace baton::adapters
