#include "adapters/net/listener.hpp"

#include "wire/codec.hpp"

#include <algorithm>

namespace baton::adapters::net {

namespace {

std::string text_of(const cluster::Endpoint& endpoint) {
    return endpoint.host + ":" + std::to_string(endpoint.port);
}

Error cannot_listen(const cluster::Endpoint& endpoint, const boost::system::error_code& error) {
    return unavailable(
        "cannot listen for other agents on " + text_of(endpoint) + ": " + error.message() +
        "; find who holds the port with `ss -ltnp 'sport = :" + std::to_string(endpoint.port) +
        "'` and stop it, or change this node's peer address in the cluster file");
}

}  // namespace

Result<std::shared_ptr<Listener>> Listener::open(Shared& shared) {
    const cluster::Endpoint& where = shared.options.listen;
    boost::system::error_code error;
    Tcp::resolver resolver(shared.context);
    const auto found =
        resolver.resolve(where.host, std::to_string(where.port), Tcp::resolver::passive, error);
    if (error || found.empty()) return cannot_listen(where, error);
    const Tcp::endpoint endpoint = found.begin()->endpoint();
    Tcp::acceptor acceptor(shared.context);
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(Tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(boost::asio::socket_base::max_listen_connections, error);
    if (error) return cannot_listen(where, error);
    return std::make_shared<Listener>(shared, std::move(acceptor));
}

Listener::Listener(Shared& shared, Tcp::acceptor acceptor)
    : shared_(shared), acceptor_(std::move(acceptor)) {}

void Listener::start() {
    shared_.options.gate == nullptr ? accept() : open_door();
}

/// Whoever comes through has a certificate; accepting and shaking hands cost
/// this thread nothing.
void Listener::open_door() {
    DoorOptions options{.door = Door::peers,
                        .loop = shared_.loop,
                        .context = shared_.context,
                        .admitted = {},
                        .refused = {}};
    options.admitted = [weak = weak_from_this()](SecureConnection connection) {
        const auto self = weak.lock();
        if (!self || self->closed_ || !self->make_room()) return;
        tune(*connection.socket);
        self->admit(std::make_shared<FramedSocket>(std::move(connection), greeting_bytes_max));
    };
    options.refused = [weak = weak_from_this()](std::uint64_t count, const std::string& reason) {
        const auto self = weak.lock();
        if (self && !self->closed_) self->shared_.turned_away(count, reason);
    };
    door_ = shared_.options.gate->open(std::move(acceptor_), std::move(options));
}

void Listener::close() {
    closed_ = true;
    door_.reset();
    shared_.loop.cancel(accept_again_);
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    while (!incoming_.empty()) drop(incoming_.begin());
}

void Listener::accept() {
    acceptor_.async_accept(
        [self = shared_from_this()](boost::system::error_code error, Tcp::socket socket) {
            if (self->closed_) return;
            if (!error) {
                if (self->make_room()) {
                    tune(socket);
                    self->admit(
                        std::make_shared<FramedSocket>(std::move(socket), greeting_bytes_max));
                }
                return self->accept();
            }
            self->accept_again_ =
                self->shared_.loop.at(self->shared_.loop.now() + accept_pause,
                                      [listener = self.get()] { listener->accept(); });
        });
}

void Listener::admit(std::shared_ptr<FramedSocket> connection) {
    incoming_.emplace_back();
    const Place place = std::prev(incoming_.end());
    place->connection = std::move(connection);
    place->deadline =
        shared_.loop.at(shared_.loop.now() + greeting_deadline, [this, place] { drop(place); });
    place->connection->start(
        {.frame = [this, place](const std::string& payload) { take(place, payload); },
         .written =
             [this, place] {
                 if (place->welcome_waiting.empty()) return;
                 answer(place, std::exchange(place->welcome_waiting, {}));
             },
         .closed =
             [this, place](const Error& why) {
                 if (why.kind != ErrorKind::unavailable) {
                     shared_.refused("damaged frame", "peer.frame_refused",
                                     "a frame from " + place->connection->remote() +
                                         " was refused: " + why.message);
                 }
                 drop(place);
             }});
}

/// The oldest that has not greeted gives way: a flood only displaces itself,
/// and admitted peers are at most two per node.
bool Listener::make_room() {
    if (incoming_.size() < shared_.options.connections_max) return true;
    const auto stranger = std::find_if(incoming_.begin(), incoming_.end(),
                                       [](const Incoming& other) { return !other.greeting; });
    if (stranger == incoming_.end()) return false;
    drop(stranger);
    return true;
}

void Listener::take(Place place, const std::string& payload) {
    if (place->refused) return;
    const auto tag = tag_of(payload);
    if (tag == Tag::greeting) return take_greeting(place, payload);
    if (tag == Tag::message && place->greeting) return take_message(place, payload);
    refuse(place, "a connection must begin with a greeting");
}

void Listener::take_greeting(Place place, const std::string& payload) {
    const auto greeting = decode_greeting(payload);
    if (!greeting) return refuse(place, greeting.error().message);
    const Greeting& theirs = greeting.value();
    if (theirs.node == shared_.options.self) {
        return refuse(place, "this is node " + theirs.node.text +
                                 " itself; two agents run under one name, or an address is wrong");
    }
    const auto named = place->connection->check_name(theirs.node);
    if (!named) return refuse(place, named.error().message);
    const auto admitted = shared_.check.admit(theirs.node, theirs.incarnation, theirs.cluster);
    if (!admitted) return refuse(place, admitted.error().message);
    if (!place->greeting) {
        const auto allowed = place->connection->allow(shared_.options.frame_bytes_max);
        if (!allowed) return refuse(place, allowed.error().message);
    } else if (place->greeting->node != theirs.node || place->greeting->lane != theirs.lane ||
               place->greeting->incarnation != theirs.incarnation) {
        return refuse(place, "a connection cannot change whom it speaks for");
    }
    shared_.loop.cancel(place->deadline);
    place->greeting = theirs;
    replace_older(place);
    shared_.forgive(theirs.node.text + "/in");
    answer(place, wire::encode_frame(encode_greeting(Tag::welcome, shared_.greeting(theirs.lane))));
    if (shared_.dialled_by) shared_.dialled_by(theirs.node);
}

/// Admission is asked again for each message: membership may have changed, and
/// a replaced node must fall silent at once.
void Listener::take_message(Place place, const std::string& payload) {
    const Greeting& from = *place->greeting;
    const auto admitted = shared_.check.admit(from.node, from.incarnation, from.cluster);
    if (!admitted) return refuse(place, admitted.error().message);
    auto message = wire::decode_peer_message(std::string_view{payload}.substr(1));
    if (!message) return refuse(place, message.error().message);
    const auto sender = check_sender(message.value(), from, shared_.options.self);
    if (!sender) return refuse(place, sender.error().message);
    const NodeId node = from.node;
    shared_.receive(node, std::move(message).value());
}

/// A peer has one connection per lane; a newer one means that the older is dead.
void Listener::replace_older(Place place) {
    for (auto other = incoming_.begin(); other != incoming_.end();) {
        const auto next = std::next(other);
        if (other != place && other->greeting && other->greeting->node == place->greeting->node &&
            other->greeting->lane == place->greeting->lane) {
            drop(other);
        }
        other = next;
    }
}

void Listener::answer(Place place, std::string frames) {
    if (place->connection->writing()) {
        place->welcome_waiting = std::move(frames);
        return;
    }
    place->connection->write(std::move(frames));
}

void Listener::refuse(Place place, const std::string& why) {
    const std::string who = place->greeting ? "node " + place->greeting->node.text : "a connection";
    shared_.refused(place->greeting ? place->greeting->node.text + "/in" : "strangers",
                    "peer.refused",
                    who + " from " + place->connection->remote() + " was refused: " + why);
    place->refused = true;
    place->greeting.reset();
    shared_.loop.cancel(place->deadline);
    place->deadline =
        shared_.loop.at(shared_.loop.now() + refusal_linger, [this, place] { drop(place); });
    answer(place, wire::encode_frame(encode_refusal(why)));
}

void Listener::drop(Place place) {
    shared_.loop.cancel(place->deadline);
    place->connection->close();
    incoming_.erase(place);
}

}  // namespace baton::adapters::net
