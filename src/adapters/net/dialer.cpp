#include "adapters/net/dialer.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <utility>

namespace baton::adapters::net {

namespace asio = boost::asio;

namespace {

/// Frames written at once; larger messages travel alone.
constexpr std::size_t write_bytes_max = 64 * 1024;

}  // namespace

Dialer::Dialer(Shared& shared, PeerAddress peer, Lane lane)
    : shared_(shared), peer_(std::move(peer)), lane_(lane) {}

void Dialer::start() {
    dial();
}

void Dialer::send(const PeerMessage& message) {
    if (!established_) return;
    queue_.push(message);
    if (std::exchange(pumping_soon_, true)) return;
    shared_.loop.post([self = shared_from_this()] {
        self->pumping_soon_ = false;
        self->pump();
    });
}

/// A peer that comes back after a second would otherwise be left alone for up to
/// `retry_max`, and a lease it holds may not last that long.
void Dialer::hurry() {
    const Instant now = shared_.loop.now();
    if (closed_ || !waiting_ || now < may_hurry_at_) return;
    may_hurry_at_ = now + hurried_interval;
    shared_.loop.cancel(timer_);
    dial();
}

void Dialer::close() {
    closed_ = true;
    established_ = false;
    shared_.loop.cancel(timer_);
    if (connection_) connection_->close();
    if (connecting_) {
        boost::system::error_code ignored;
        connecting_->close(ignored);
    }
}

void Dialer::dial() {
    if (closed_) return;
    ++attempt_;
    waiting_ = false;
    timer_ = shared_.loop.at(shared_.loop.now() + greeting_deadline, [this] { lost(); });
    boost::system::error_code not_literal;
    const auto address = asio::ip::make_address(peer_.endpoint.host, not_literal);
    if (not_literal) return resolve();
    connect({Tcp::endpoint{address, peer_.endpoint.port}});
}

void Dialer::resolve() {
    auto resolver = std::make_shared<Tcp::resolver>(shared_.context);
    resolver->async_resolve(
        peer_.endpoint.host, std::to_string(peer_.endpoint.port),
        [self = shared_from_this(), resolver, attempt = attempt_](
            boost::system::error_code error, const Tcp::resolver::results_type& found) {
            if (self->closed_ || attempt != self->attempt_) return;
            if (error) return self->lost();
            std::vector<Tcp::endpoint> endpoints;
            for (const auto& entry : found) endpoints.push_back(entry.endpoint());
            self->connect(std::move(endpoints));
        });
}

void Dialer::connect(std::vector<Tcp::endpoint> endpoints) {
    connecting_ = std::make_shared<Tcp::socket>(shared_.context);
    asio::async_connect(*connecting_, endpoints,
                        [self = shared_from_this(), socket = connecting_, attempt = attempt_](
                            boost::system::error_code error, const Tcp::endpoint& /*chosen*/) {
                            if (self->closed_ || attempt != self->attempt_) return;
                            self->connecting_.reset();
                            if (error) return self->lost();
                            tune(*socket);
                            if (self->shared_.options.gate != nullptr) {
                                return self->secure(std::move(*socket));
                            }
                            self->greet(std::make_shared<FramedSocket>(std::move(*socket),
                                                                       greeting_bytes_max));
                        });
}

void Dialer::secure(Tcp::socket socket) {
    Gate::Dialled dialled{std::move(socket), peer_.node, shared_.loop, shared_.context,
                          greeting_deadline};
    shared_.options.gate->shake(std::move(dialled), [self = shared_from_this(), attempt = attempt_](
                                                        Result<SecureConnection> made) {
        if (self->closed_ || attempt != self->attempt_) return;
        if (made) {
            return self->greet(
                std::make_shared<FramedSocket>(std::move(made).value(), greeting_bytes_max));
        }
        if (made.error().kind == ErrorKind::unavailable) return self->lost();
        self->refuse(made.error().message);
    });
}

void Dialer::greet(std::shared_ptr<FramedSocket> connection) {
    connection_ = std::move(connection);
    connection_->start({.frame = [this](const std::string& payload) { take(payload); },
                        .written = [this] { pump(); },
                        .closed =
                            [this](const Error& why) {
                                why.kind == ErrorKind::unavailable ? lost() : refuse(why.message);
                            }});
    const Greeting greeting = shared_.greeting(lane_);
    greeted_as_ = greeting.cluster;
    connection_->write(wire::encode_frame(encode_greeting(Tag::greeting, greeting)));
}

void Dialer::take(const std::string& payload) {
    const auto tag = tag_of(payload);
    if (tag == Tag::welcome) return take_welcome(payload);
    if (tag == Tag::refusal) return take_refusal(payload);
    refuse("it answered a greeting with something else; is another program listening on " +
           peer_.endpoint.host + ":" + std::to_string(peer_.endpoint.port) + "?");
}

void Dialer::take_welcome(const std::string& payload) {
    const auto greeting = decode_greeting(payload);
    if (!greeting) return refuse(greeting.error().message);
    const Greeting& theirs = greeting.value();
    if (theirs.node != peer_.node) {
        return refuse("node " + theirs.node.text + " answers there; check the addresses of both");
    }
    const auto admitted = shared_.check.admit(theirs.node, theirs.incarnation, theirs.cluster);
    if (!admitted) return refuse(admitted.error().message);
    if (established_) return;
    shared_.loop.cancel(timer_);
    shared_.forgive(name());
    established_ = true;
    established_at_ = shared_.loop.now();
    if (lane_ == Lane::urgent) shared_.connectivity(peer_.node, true);
}

void Dialer::take_refusal(const std::string& payload) {
    shared_.refused(
        name(), "peer.refused_us",
        "node " + peer_.node.text + " refused this node's connection: " + decode_refusal(payload));
    lost();
}

void Dialer::pump() {
    if (!established_ || connection_->writing()) return;
    std::string frames;
    if (greeted_as_ != shared_.check.cluster()) {
        const Greeting greeting = shared_.greeting(lane_);
        greeted_as_ = greeting.cluster;
        frames = wire::encode_frame(encode_greeting(Tag::greeting, greeting));
    }
    frames += queue_.take_frames(write_bytes_max);
    if (!frames.empty()) connection_->write(std::move(frames));
}

void Dialer::refuse(const std::string& why) {
    shared_.refused(name(), "peer.refused",
                    "the connection to node " + peer_.node.text + " was refused: " + why);
    lost();
}

void Dialer::lost() {
    if (closed_) return;
    ++attempt_;
    shared_.loop.cancel(timer_);
    if (connection_) connection_->close();
    if (connecting_) {
        boost::system::error_code ignored;
        connecting_->close(ignored);
        connecting_.reset();
    }
    queue_.clear();
    const bool was_established = std::exchange(established_, false);
    const bool at_once =
        was_established && shared_.loop.now() - established_at_ >= established_long_enough;
    if (at_once) retry_after_ = Duration{0};
    retry();
    if (was_established && lane_ == Lane::urgent) shared_.connectivity(peer_.node, false);
}

void Dialer::retry() {
    waiting_ = true;
    timer_ = shared_.loop.at(shared_.loop.now() + retry_after_, [this] { dial(); });
    retry_after_ = std::clamp(retry_after_ * 2, retry_first, retry_max);
}

std::string Dialer::name() const {
    return peer_.node.text + "/" + std::string{name_of(lane_)} + "/out";
}

}  // namespace baton::adapters::net
