#pragma once

/// The port `Transport` over modelled TCP: one connection per pair, direction
/// and lane, dialled by the sender; each side has to admit the other.
/// Messages of a connection arrive in order; a cut holds them back until the
/// path opens again or the kernel gives the connection up; what is sent
/// without a connection is dropped.

#include "base/result.hpp"
#include "ports/transport.hpp"
#include "simulation/network.hpp"
#include "simulation/sim_loop.hpp"

#include <deque>
#include <functional>
#include <map>
#include <memory>

namespace baton::simulation {

/// Unacknowledged data breaks a connection after this long (TCP_USER_TIMEOUT).
inline constexpr Duration user_timeout = seconds{2};

class SimTransport;

/// What both sides of a greeting know of each other's agents.
class Switchboard {
public:
    using Admit = std::function<Result<void>(const NodeId&, Incarnation, const ClusterId&)>;
    struct Agent {
        SimTransport* transport = nullptr;
        Incarnation incarnation;
        std::function<ClusterId()> cluster;
        Admit admit;
        bool frozen = false;
        std::uint64_t life = 0;  ///< Connections to an earlier life are reset.
    };

    void plug(const NodeId& node, Agent agent);
    /// Its connections end; peers hear of it if packets still reach them.
    void unplug(const NodeId& node);
    [[nodiscard]] Agent* find(const NodeId& node);
    /// Breaks every established connection of `node`, as a full state table would.
    void reset(const NodeId& node);
    [[nodiscard]] const std::map<NodeId, Agent>& agents() const { return agents_; }

private:
    std::map<NodeId, Agent> agents_;
    std::uint64_t lives_ = 0;
};

class SimTransport final : public Transport {
public:
    SimTransport(World& world, Network& network, Switchboard& board, NodeId self,
                 std::vector<NodeId> peers, std::shared_ptr<SimLoop> loop);
    ~SimTransport() override;

    void start(Receive receive, Connectivity connectivity) override;
    void meet(const std::map<NodeId, cluster::Endpoint>& peers) override;
    void send(const NodeId& to, Lane lane, PeerMessage message) override;

    /// The peer's agent ended, or hangs up: the connections to it are reset.
    void peer_gone(const NodeId& peer);
    [[nodiscard]] std::size_t longest_queue() const { return longest_queue_; }
    [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

private:
    struct Channel {
        NodeId peer;
        bool wanted = true;  ///< Of those that were met last, or of the file before.
        bool dialling = false;
        bool up = false;
        std::uint64_t generation = 0;
        std::uint64_t peer_life = 0;
        Incarnation incarnation;  ///< Whom it speaks for, as it said when it began.
        ClusterId cluster;
        Instant last_arrival;
        Instant blocked_since = Instant::never();
        Duration retry{milliseconds{20}};
        std::deque<PeerMessage> held;
    };

    void dial(Channel& channel);
    void try_connect(Channel& channel);
    void broken(Channel& channel);
    void give_up(Channel& channel);
    void deliver(Channel& channel, PeerMessage message);
    void watch_blocked(Channel& channel);
    void tell(const NodeId& peer);

    World& world_;
    Network& network_;
    Switchboard& board_;
    NodeId self_;
    std::shared_ptr<SimLoop> loop_;
    Receive receive_;
    Connectivity connectivity_;
    std::map<std::pair<NodeId, Lane>, Channel> channels_;
    std::size_t longest_queue_ = 0;
    std::uint64_t dropped_ = 0;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace baton::simulation
