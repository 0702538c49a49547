#include "adapters/redis/mute_primary.hpp"

#include "adapters/redis/certificate.hpp"
#include "adapters/redis/redis_codec.hpp"

#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace baton::redis {

namespace asio = boost::asio;
using boost::system::error_code;

struct MutePrimary::Session {
    explicit Session(Tcp::socket connection) : socket(std::move(connection)) {}
    Tcp::socket socket;
    std::optional<asio::ssl::stream<Tcp::socket&>> tls;
    ReplyReader commands;  ///< A command has the form of a reply that is a list.
    std::array<char, 1024> buffer{};
    std::string writing;
    bool attached = false;
};

namespace {

/// What a replica wants to hear before it believes that it follows. It goes on
/// where it stands, in the history that it has; its reports need no answer.
std::string_view reply_to(const RespValue& command, bool& attached) {
    if (command.elements.empty() || attached) return {};
    const std::string& name = command.elements.front().text;
    if (name == "PING") return "+PONG\r\n";
    if (name != "PSYNC") return "+OK\r\n";
    attached = true;
    return "+CONTINUE\r\n";
}

}  // namespace

Result<cluster::Endpoint> MutePrimary::listen() {
    if (tls_.enabled) {
        tls_context_.emplace(asio::ssl::context::tls_server);
        BATON_TRY(present_certificate(*tls_context_, tls_));
    }
    error_code error;
    const Tcp::endpoint anywhere(asio::ip::address_v4::loopback(), 0);
    acceptor_.open(anywhere.protocol(), error);
    if (!error) acceptor_.bind(anywhere, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) return unavailable("cannot listen on 127.0.0.1: " + error.message());
    accept();
    return cluster::Endpoint{"127.0.0.1", acceptor_.local_endpoint(error).port()};
}

void MutePrimary::close() {
    error_code ignored;
    acceptor_.close(ignored);
    if (const auto session = session_.lock()) session->socket.close(ignored);
}

void MutePrimary::accept() {
    acceptor_.async_accept([self = shared_from_this()](error_code error, Tcp::socket socket) {
        if (error) return;
        auto session = std::make_shared<Session>(std::move(socket));
        self->session_ = session;
        self->greet(session);
        self->accept();
    });
}

void MutePrimary::greet(const std::shared_ptr<Session>& session) {
    if (!tls_context_) return read(session);
    session->tls.emplace(session->socket, *tls_context_);
    session->tls->async_handshake(asio::ssl::stream_base::server,
                                  [self = shared_from_this(), session](error_code error) {
                                      if (!error) self->read(session);
                                  });
}

void MutePrimary::read(const std::shared_ptr<Session>& session) {
    auto some = [self = shared_from_this(), session](error_code error, std::size_t count) {
        const std::string_view bytes(session->buffer.data(), count);
        if (error || !session->commands.feed(bytes)) return;
        self->answer(session);
    };
    if (session->tls) {
        session->tls->async_read_some(asio::buffer(session->buffer), std::move(some));
    } else {
        session->socket.async_read_some(asio::buffer(session->buffer), std::move(some));
    }
}

void MutePrimary::answer(const std::shared_ptr<Session>& session) {
    session->writing.clear();
    for (;;) {
        const auto command = session->commands.next();
        if (!command) return;
        if (!command.value()) break;
        session->writing += reply_to(*command.value(), session->attached);
    }
    auto written = [self = shared_from_this(), session](error_code error, std::size_t) {
        if (!error) self->read(session);
    };
    if (session->tls) {
        asio::async_write(*session->tls, asio::buffer(session->writing), std::move(written));
    } else {
        asio::async_write(session->socket, asio::buffer(session->writing), std::move(written));
    }
}

}  // namespace baton::redis
