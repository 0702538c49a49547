#include "api/http_server.hpp"

#include "adapters/gate.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <fcntl.h>

#include <array>
#include <exception>
#include <optional>
#include <set>

namespace baton::api {

namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using ErrorCode = boost::system::error_code;

/// A route that does not answer by then has failed; every route has a shorter deadline.
constexpr Duration answer_deadline = std::chrono::seconds{30};
/// Time for a client to read a refusal before the connection is cut.
constexpr Duration linger = std::chrono::seconds{1};
constexpr Duration accept_pause = std::chrono::milliseconds{100};
/// From one address: every front asks every agent, four times a second when it
/// is worried, and on one machine they all have one address.
constexpr std::size_t api_handshakes_per_second = 500;

class Connection;

/// What the acceptor and its connections share; connections refer to it weakly.
struct Core {
    HttpLimits limits;
    Serve serve;
    std::set<std::shared_ptr<Connection>> connections;
};

/// Without line ends, so that no value can begin another header.
std::string one_line(std::string text) {
    std::erase_if(text, [](char letter) { return letter == '\r' || letter == '\n'; });
    return text;
}

std::string head_of(const Response& response, bool keep_alive) {
    std::string head = "HTTP/1.1 " + std::to_string(response.status) + " ";
    head += std::string{phrase_of(response.status)} + "\r\n";
    const auto add = [&](std::string_view name, std::string value) {
        head += std::string{name} + ": " + one_line(std::move(value)) + "\r\n";
    };
    if (response.status != 204) add("Content-Type", response.content_type);
    add("X-Baton-Api-Version", std::string{api_version});
    add("Cache-Control", "no-store");
    add("Connection", keep_alive ? "keep-alive" : "close");
    for (const auto& [name, value] : response.headers) add(name, value);
    if (!response.feed && response.status != 204) {
        add("Content-Length", std::to_string(response.body.size()));
    }
    return head + "\r\n";
}

/// Shared because its pending operations refer to it and end after `close`.
class Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(adapters::SecureConnection from, const std::shared_ptr<Core>& core)
        : socket_(std::move(*from.socket)),
          session_(std::move(from.session)),
          timer_(socket_.get_executor()),
          core_(core),
          reader_(core->limits.request) {
        reader_.add(from.received);
        ErrorCode error;
        const auto endpoint = socket_.remote_endpoint(error);
        if (!error) remote_ = endpoint.address().to_string();
    }

    void read() {
        const auto core = core_.lock();
        if (!core || closed_) return;
        arm(core->limits.idle);
        take_next();
    }

    void close() {
        if (closed_) return;
        closed_ = true;
        timer_.cancel();
        ErrorCode ignored;
        socket_.close(ignored);
        feed_.reset();
        if (const auto core = core_.lock()) core->connections.erase(shared_from_this());
    }

private:
    void arm(Duration within) {
        timer_.expires_after(within);
        timer_.async_wait([weak = weak_from_this()](ErrorCode error) {
            if (const auto self = weak.lock(); self && !error) self->close();
        });
    }

    void take_next() {
        auto incoming = reader_.next();
        if (!incoming) return receive();
        const auto core = core_.lock();
        if (!core) return close();
        keep_alive_ = incoming->keep_alive;
        head_only_ = incoming->head_only;
        if (incoming->refusal) return answer(std::move(*incoming->refusal));
        incoming->request.from = remote_;
        serve(*core, incoming->request);
    }

    void receive() {
        socket_.async_read_some(asio::buffer(input_),
                                [self = shared_from_this()](ErrorCode error, std::size_t count) {
                                    if (self->closed_) return;
                                    if (error) return self->close();
                                    self->take({self->input_.data(), count});
                                });
    }

    void take(std::string_view bytes) {
        if (!session_) {
            reader_.add(bytes);
            return take_next();
        }
        const auto plain = session_->open(bytes);
        if (!plain) return close();
        reader_.add(plain.value());
        take_next();
    }

    void serve(const Core& core, const Request& request) {
        arm(answer_deadline);
        const auto number = ++request_number_;
        const auto respond = [weak = weak_from_this(), number](Response response) {
            const auto self = weak.lock();
            if (!self || self->closed_ || self->request_number_ != number) return;
            self->answer(std::move(response));
        };
        try {
            core.serve(request, respond);
        } catch (const std::exception& problem) {
            respond(error_response(corrupt(std::string{"the agent failed to answer: "} +
                                           problem.what() + "; please report this"),
                                   500));
        }
    }

    void answer(Response response) {
        const auto core = core_.lock();
        if (!core) return close();
        ++request_number_;  // A second answer to this request counts for nothing.
        if (response.feed) keep_alive_ = false;
        std::string text = head_of(response, keep_alive_);
        if (!head_only_) text += response.body;
        if (response.feed && !head_only_) return open_feed(std::move(text), response.feed);
        output_ = sealed(std::move(text));
        arm(core->limits.write);
        asio::async_write(socket_, asio::buffer(output_),
                          [self = shared_from_this()](ErrorCode error, std::size_t /*count*/) {
                              if (self->closed_) return;
                              if (error) return self->close();
                              self->keep_alive_ ? self->read() : self->say_goodbye();
                          });
    }

    [[nodiscard]] std::string sealed(std::string plain) {
        return session_ ? session_->seal(plain) : plain;
    }

    /// Lets the client read the answer: closing at once, with input unread,
    /// would reset the connection and could discard it.
    void say_goodbye() {
        ErrorCode ignored;
        socket_.shutdown(Tcp::socket::shutdown_send, ignored);
        arm(linger);
        discard();
    }

    /// Reads and forgets until the client closes.
    void discard() {
        socket_.async_read_some(asio::buffer(input_),
                                [self = shared_from_this()](ErrorCode error, std::size_t) {
                                    if (self->closed_) return;
                                    error ? self->close() : self->discard();
                                });
    }

    void open_feed(std::string head, std::shared_ptr<Feed> feed) {
        timer_.cancel();
        feed_ = std::move(feed);
        waiting_ = std::move(head);
        discard();
        flush();
        feed_->start([weak = weak_from_this()](const std::string& text) {
            const auto self = weak.lock();
            return self && self->feed_text(text);
        });
    }

    bool feed_text(const std::string& text) {
        const auto core = core_.lock();
        if (!core || closed_) return false;
        if (waiting_.size() + text.size() > core->limits.feed_bytes_max) {
            // Later: closing destroys the feed, which is running now.
            asio::post(socket_.get_executor(), [self = shared_from_this()] { self->close(); });
            return false;
        }
        waiting_ += text;
        flush();
        return true;
    }

    void flush() {
        const auto core = core_.lock();
        if (!core || writing_ || waiting_.empty()) return;
        writing_ = true;
        output_ = sealed(std::exchange(waiting_, {}));
        arm(core->limits.write);
        asio::async_write(socket_, asio::buffer(output_),
                          [self = shared_from_this()](ErrorCode error, std::size_t /*count*/) {
                              self->writing_ = false;
                              if (self->closed_) return;
                              if (error) return self->close();
                              self->timer_.cancel();
                              self->flush();
                          });
    }

    Tcp::socket socket_;
    std::shared_ptr<adapters::Session> session_;  ///< Null: plain.
    asio::steady_timer timer_;
    std::weak_ptr<Core> core_;
    RequestReader reader_;
    std::string remote_;
    std::array<char, 4096> input_{};
    std::string output_;   ///< Being written.
    std::string waiting_;  ///< Of a feed, until `output_` is through.
    std::shared_ptr<Feed> feed_;
    std::uint64_t request_number_ = 0;
    bool keep_alive_ = false;
    bool head_only_ = false;
    bool writing_ = false;
    bool closed_ = false;
};

/// Best effort: the text fits into any socket's buffer.
void turn_away(adapters::SecureConnection& connection) {
    const Response response =
        error_response(unavailable("too many connections to this agent; try again"));
    std::string text = head_of(response, false) + response.body;
    if (connection.session) text = connection.session->seal(text);
    ErrorCode ignored;
    connection.socket->non_blocking(true, ignored);
    connection.socket->write_some(asio::buffer(text), ignored);
    connection.socket->shutdown(Tcp::socket::shutdown_send, ignored);
}

/// Shared because a pending accept refers to it and ends after `close`.
class Acceptor : public std::enable_shared_from_this<Acceptor> {
public:
    Acceptor(Tcp::acceptor acceptor, std::shared_ptr<Core> core)
        : acceptor_(std::move(acceptor)), pause_(acceptor_.get_executor()), core_(std::move(core)) {
        ErrorCode ignored;
        port_ = acceptor_.local_endpoint(ignored).port();
    }

    void accept() {
        acceptor_.async_accept([self = shared_from_this()](ErrorCode error, Tcp::socket socket) {
            if (self->closed_) return;
            if (error) return self->accept_later();
            (void)::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
            self->admit({std::make_shared<Tcp::socket>(std::move(socket)), nullptr, {}});
            self->accept();
        });
    }

    /// From here on the gate accepts, and hands over who has shaken hands.
    void open_door(HttpPlace& place, asio::io_context& context) {
        adapters::DoorOptions options{.door = adapters::Door::api,
                                      .loop = *place.loop,
                                      .context = context,
                                      .handshakes_per_second = api_handshakes_per_second,
                                      .admitted = {},
                                      .refused = {}};
        options.admitted = [weak = weak_from_this()](adapters::SecureConnection connection) {
            const auto self = weak.lock();
            if (self && !self->closed_) self->admit(std::move(connection));
        };
        options.refused = [told = std::move(place.turned_away)](std::uint64_t count,
                                                                const std::string& reason) {
            if (told) told(count, reason);
        };
        door_ = place.gate->open(std::move(acceptor_), std::move(options));
    }

    void close() {
        closed_ = true;
        door_.reset();
        ErrorCode ignored;
        acceptor_.close(ignored);
        pause_.cancel();
        const auto connections = std::exchange(core_->connections, {});
        for (const auto& connection : connections) connection->close();
    }

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::size_t connections() const { return core_->connections.size(); }

private:
    /// For want of descriptors accepting fails until some are free: do not spin.
    void accept_later() {
        pause_.expires_after(accept_pause);
        pause_.async_wait([self = shared_from_this()](ErrorCode error) {
            if (!error && !self->closed_) self->accept();
        });
    }

    void admit(adapters::SecureConnection from) {
        ErrorCode ignored;
        from.socket->set_option(Tcp::no_delay(true), ignored);
        if (core_->connections.size() >= core_->limits.connections_max) return turn_away(from);
        auto connection = std::make_shared<Connection>(std::move(from), core_);
        core_->connections.insert(connection);
        connection->read();
    }

    Tcp::acceptor acceptor_;
    std::unique_ptr<adapters::OpenDoor> door_;  ///< With a gate.
    asio::steady_timer pause_;
    std::shared_ptr<Core> core_;
    std::uint16_t port_ = 0;
    bool closed_ = false;
};

class BeastServer final : public HttpServer {
public:
    explicit BeastServer(std::shared_ptr<Acceptor> acceptor) : acceptor_(std::move(acceptor)) {}
    ~BeastServer() override { acceptor_->close(); }
    BeastServer(const BeastServer&) = delete;
    BeastServer& operator=(const BeastServer&) = delete;

    std::uint16_t port() const override { return acceptor_->port(); }
    std::size_t connections() const override { return acceptor_->connections(); }

private:
    std::shared_ptr<Acceptor> acceptor_;
};

Error cannot_listen(const cluster::Endpoint& where, const ErrorCode& error) {
    const auto port = std::to_string(where.port);
    return unavailable("cannot serve HTTP on " + where.host + ":" + port + ": " + error.message() +
                       "; find who holds the port with `ss -ltnp 'sport = :" + port +
                       "'` and stop it, or change this node's api address in the cluster file");
}

}  // namespace

Result<std::unique_ptr<HttpServer>> listen_http(void* io_context, HttpPlace place, Serve serve) {
    auto& context = *static_cast<asio::io_context*>(io_context);
    const cluster::Endpoint& where = place.listen;
    ErrorCode error;
    Tcp::resolver resolver(context);
    const auto found =
        resolver.resolve(where.host, std::to_string(where.port), Tcp::resolver::passive, error);
    if (error || found.empty()) return cannot_listen(where, error);
    const Tcp::endpoint endpoint = found.begin()->endpoint();
    Tcp::acceptor acceptor(context);
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(Tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) return cannot_listen(where, error);
    auto core = std::make_shared<Core>(Core{place.limits, std::move(serve), {}});
    auto shared = std::make_shared<Acceptor>(std::move(acceptor), std::move(core));
    place.gate == nullptr ? shared->accept() : shared->open_door(place, context);
    return std::unique_ptr<HttpServer>{std::make_unique<BeastServer>(std::move(shared))};
}

}  // namespace baton::api
