#include "adapters/factories.hpp"
#include "adapters/net/dialer.hpp"
#include "adapters/net/listener.hpp"

#include <utility>

namespace baton::adapters {

namespace net {

Greeting Shared::greeting(Lane lane) const {
    return {wire_version, lane, options.incarnation, check.cluster(), options.self};
}

void Shared::refused(const std::string& who, const std::string& event,
                     const std::string& sentence) {
    ++*frames_refused;
    const auto known = last_reasons.find(who);
    if (known != last_reasons.end() && known->second == sentence) return;
    if (known == last_reasons.end() && last_reasons.size() >= reasons_kept) last_reasons.clear();
    last_reasons[who] = sentence;
    if (options.report) options.report(Event{Severity::warning, event, sentence, {{"peer", who}}});
}

void Shared::turned_away(std::uint64_t count, const std::string& reason) {
    *frames_refused += count - 1;
    refused("strangers", "peer.refused",
            "connections to the peer port were turned away: " + reason);
}

namespace {

class TcpTransport final : public Transport {
public:
    explicit TcpTransport(std::unique_ptr<Shared> shared) : shared_(std::move(shared)) {}

    ~TcpTransport() override {
        if (listener_) listener_->close();
        for (auto& [node, lanes] : peers_) {
            lanes.urgent->close();
            lanes.bulk->close();
        }
    }
    TcpTransport(const TcpTransport&) = delete;
    TcpTransport& operator=(const TcpTransport&) = delete;

    Result<void> listen() {
        BATON_TRY(listener_, Listener::open(*shared_));
        return success();
    }

    void start(Receive receive, Connectivity connectivity) override {
        shared_->receive = std::move(receive);
        shared_->connectivity = std::move(connectivity);
        shared_->dialled_by = [this](const NodeId& node) { hurry(node); };
        listener_->start();
        for (const PeerAddress& peer : shared_->options.peers) add(peer);
    }

    void meet(const std::map<NodeId, cluster::Endpoint>& peers) override {
        for (const auto& [node, endpoint] : peers) add({node, endpoint});
        for (auto known = peers_.begin(); known != peers_.end();) {
            if (peers.contains(known->first)) {
                ++known;
                continue;
            }
            known->second.urgent->close();
            known->second.bulk->close();
            known = peers_.erase(known);
        }
    }

    void send(const NodeId& to, Lane lane, PeerMessage message) override {
        const auto peer = peers_.find(to);
        if (peer == peers_.end()) return;
        (lane == Lane::urgent ? peer->second.urgent : peer->second.bulk)->send(message);
    }

private:
    void add(const PeerAddress& peer) {
        if (peer.node == shared_->options.self || peers_.contains(peer.node)) return;
        Lanes& lanes = peers_[peer.node];
        lanes.urgent = std::make_shared<Dialer>(*shared_, peer, Lane::urgent);
        lanes.bulk = std::make_shared<Dialer>(*shared_, peer, Lane::bulk);
        lanes.urgent->start();
        lanes.bulk->start();
    }

    void hurry(const NodeId& node) {
        const auto peer = peers_.find(node);
        if (peer == peers_.end()) return;
        peer->second.urgent->hurry();
        peer->second.bulk->hurry();
    }

    struct Lanes {
        std::shared_ptr<Dialer> urgent;
        std::shared_ptr<Dialer> bulk;
    };

    std::unique_ptr<Shared> shared_;
    std::shared_ptr<Listener> listener_;
    std::map<NodeId, Lanes> peers_;
};

}  // namespace

}  // namespace net

Result<RunningTransport> make_transport(RunningLoop& loop, TransportOptions options,
                                        const PeerCheck& check) {
    auto refused = std::make_shared<std::uint64_t>(0);
    auto shared = std::make_unique<net::Shared>(
        net::Shared{.loop = loop,
                    .context = *static_cast<boost::asio::io_context*>(loop.io_context()),
                    .options = std::move(options),
                    .check = check,
                    .frames_refused = refused,
                    .receive = {},
                    .connectivity = {},
                    .dialled_by = {},
                    .last_reasons = {}});
    auto transport = std::make_unique<net::TcpTransport>(std::move(shared));
    BATON_TRY(transport->listen());
    return RunningTransport{std::move(transport), std::move(refused)};
}

}  // namespace baton::adapters
