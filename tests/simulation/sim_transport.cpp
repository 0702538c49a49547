#include "simulation/sim_transport.hpp"

#include "wire/codec.hpp"

#include <algorithm>
#include <utility>

namespace baton::simulation {

namespace {

constexpr Duration retry_first = milliseconds{20};
constexpr Duration retry_max = milliseconds{500};
/// How often a blocked connection is looked at; about a retransmission.
constexpr Duration blocked_look = milliseconds{40};

}  // namespace

Switchboard::Agent* Switchboard::find(const NodeId& node) {
    const auto found = agents_.find(node);
    return found == agents_.end() ? nullptr : &found->second;
}

void Switchboard::plug(const NodeId& node, Agent agent) {
    agent.life = ++lives_;
    agents_[node] = std::move(agent);
}

void Switchboard::unplug(const NodeId& node) {
    agents_.erase(node);
    for (auto& [id, agent] : agents_) agent.transport->peer_gone(node);
}

void Switchboard::reset(const NodeId& node) {
    for (auto& [id, agent] : agents_) {
        if (id != node) {
            agent.transport->peer_gone(node);
        } else {
            for (const auto& [other, each] : agents_) agent.transport->peer_gone(other);
        }
    }
}

SimTransport::SimTransport(World& world, Network& network, Switchboard& board, NodeId self,
                           std::vector<NodeId> peers, std::shared_ptr<SimLoop> loop)
    : world_(world),
      network_(network),
      board_(board),
      self_(std::move(self)),
      loop_(std::move(loop)) {
    for (const NodeId& peer : peers) {
        for (const Lane lane : {Lane::urgent, Lane::bulk}) channels_[{peer, lane}].peer = peer;
    }
}

SimTransport::~SimTransport() {
    *alive_ = false;
}

void SimTransport::start(Receive receive, Connectivity connectivity) {
    receive_ = std::move(receive);
    connectivity_ = std::move(connectivity);
    for (auto& [key, channel] : channels_) dial(channel);
}

/// Peers that are not named any more are hung up on; what they dialled stays, as it
/// does in the program. The channels stay in place, because what is under way
/// refers to them.
void SimTransport::meet(const std::map<NodeId, cluster::Endpoint>& peers) {
    for (const auto& [peer, endpoint] : peers) {
        for (const Lane lane : {Lane::urgent, Lane::bulk}) {
            Channel& channel = channels_[{peer, lane}];
            channel.peer = peer;
            channel.wanted = true;
            if (!channel.up && !channel.dialling) dial(channel);
        }
    }
    for (auto& [key, channel] : channels_) {
        if (!channel.wanted || peers.contains(channel.peer)) continue;
        channel.wanted = false;
        if (channel.up) give_up(channel);
    }
}

void SimTransport::dial(Channel& channel) {
    channel.dialling = channel.wanted;
    if (!channel.wanted) return;
    const Duration pause = world_.random().between(channel.retry / 2, channel.retry);
    channel.retry = std::min(channel.retry * 2, retry_max);
    world_.after(pause, [this, &channel, alive = alive_] {
        if (*alive) try_connect(channel);
    });
}

/// The three-way handshake and the greeting need both ways, an agent that runs on
/// the other side, and each to know the other's directory.
void SimTransport::try_connect(Channel& channel) {
    const Switchboard::Agent* own = board_.find(self_);
    Switchboard::Agent* peer = board_.find(channel.peer);
    const bool possible = own != nullptr && peer != nullptr && !peer->frozen && !own->frozen &&
                          network_.open_both(self_, channel.peer);
    const bool admitted = possible && peer->admit(self_, own->incarnation, own->cluster()) &&
                          own->admit(channel.peer, peer->incarnation, peer->cluster());
    if (!admitted) return dial(channel);
    channel.up = true;
    channel.dialling = false;
    ++channel.generation;
    channel.retry = retry_first;
    channel.peer_life = peer->life;
    channel.incarnation = own->incarnation;
    channel.cluster = own->cluster();
    channel.blocked_since = Instant::never();
    channel.last_arrival = world_.now() + 3 * network_.delay(self_, channel.peer);
    tell(channel.peer);
}

void SimTransport::tell(const NodeId& peer) {
    const bool up = channels_.at({peer, Lane::urgent}).up || channels_.at({peer, Lane::bulk}).up;
    loop_->arrive(microseconds{20}, [this, peer, up, alive = alive_] {
        if (*alive) connectivity_(peer, up);
    });
}

void SimTransport::send(const NodeId& to, Lane lane, PeerMessage message) {
    const auto found = channels_.find({to, lane});
    if (found == channels_.end() || !found->second.up) {
        ++dropped_;
        return;
    }
    Channel& channel = found->second;
    const bool open = network_.open(self_, to);
    if (!open || !channel.held.empty()) {
        channel.held.push_back(std::move(message));
        if (channel.held.size() > transport_queue_max) channel.held.pop_front();
        longest_queue_ = std::max(longest_queue_, channel.held.size());
    } else {
        deliver(channel, std::move(message));
    }
    // Acknowledgements travel the other way: without them the sender breaks too.
    const bool acknowledged = open && network_.open(to, self_);
    if (!acknowledged && channel.blocked_since == Instant::never()) watch_blocked(channel);
}

void SimTransport::deliver(Channel& channel, PeerMessage message) {
    const Instant arrival =
        std::max(channel.last_arrival, world_.now() + network_.delay(self_, channel.peer));
    channel.last_arrival = arrival;
    std::string bytes = world_.measuring() ? wire::encode(message) : std::string{};
    world_.at(arrival, [this, &channel, alive = alive_, board = &board_, from = self_,
                        to = channel.peer, life = channel.peer_life,
                        generation = channel.generation, incarnation = channel.incarnation,
                        cluster = channel.cluster, message = std::move(message),
                        bytes = std::move(bytes)]() mutable {
        Switchboard::Agent* peer = board->find(to);
        if (peer == nullptr) return;
        // Admission is asked again for each message, as the real one does.
        if (peer->life != life || !peer->admit(from, incarnation, cluster)) {
            if (*alive && channel.up && channel.generation == generation) broken(channel);
            return;
        }
        SimTransport* transport = peer->transport;
        transport->loop_->arrive(Duration{0}, [transport, from, message = std::move(message),
                                               bytes = std::move(bytes),
                                               living = transport->alive_]() mutable {
            if (!*living || !transport->receive_) return;
            if (!bytes.empty()) message = wire::decode_peer_message(bytes).value();
            transport->receive_(from, std::move(message));
        });
    });
}

void SimTransport::watch_blocked(Channel& channel) {
    if (channel.blocked_since == Instant::never()) channel.blocked_since = world_.now();
    world_.after(blocked_look, [this, &channel, generation = channel.generation, alive = alive_] {
        if (!*alive || !channel.up || channel.generation != generation) return;
        if (network_.open_both(self_, channel.peer)) {
            channel.blocked_since = Instant::never();
            for (PeerMessage& each : std::exchange(channel.held, {}))
                deliver(channel, std::move(each));
            return;
        }
        if (world_.now() - channel.blocked_since >= user_timeout) return broken(channel);
        watch_blocked(channel);
    });
}

void SimTransport::give_up(Channel& channel) {
    channel.up = false;
    channel.held.clear();
    tell(channel.peer);
}

void SimTransport::broken(Channel& channel) {
    give_up(channel);
    dial(channel);
}

void SimTransport::peer_gone(const NodeId& peer) {
    for (const Lane lane : {Lane::urgent, Lane::bulk}) {
        const auto found = channels_.find({peer, lane});
        if (found == channels_.end() || !found->second.up) continue;
        Channel& channel = found->second;
        if (!network_.open_both(self_, peer)) {
            if (channel.blocked_since == Instant::never()) watch_blocked(channel);
            continue;
        }
        world_.after(network_.delay(peer, self_),
                     [this, &channel, generation = channel.generation, alive = alive_] {
                         if (*alive && channel.up && channel.generation == generation)
                             broken(channel);
                     });
    }
}

}  // namespace baton::simulation
