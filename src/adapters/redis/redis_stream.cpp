#include "adapters/redis/redis_stream.hpp"

#include "adapters/redis/certificate.hpp"
#include "adapters/redis/connection_owner.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/write.hpp>

#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace baton::redis {

namespace asio = boost::asio;
using boost::system::error_code;

RedisStream::RedisStream(asio::io_context& context, const LinkOptions& options)
    : options_(options), resolver_(context), socket_(context) {}

Error RedisStream::not_reached(const std::string& why) const {
    return unavailable(describe(options_.target) + ": cannot connect: " + why);
}

void RedisStream::finish(Result<void> result) {
    if (closed_) return;
    if (auto done = std::exchange(connected_, nullptr)) done(std::move(result));
}

void RedisStream::connect(std::function<void(Result<void>)> done) {
    connected_ = std::move(done);
    const cluster::Endpoint& endpoint = options_.target.endpoint;
    error_code literal;
    const auto address = asio::ip::make_address(endpoint.host, literal);
    if (!literal) {
        return resolved(Tcp::resolver::results_type::create(
            Tcp::endpoint(address, endpoint.port), endpoint.host, std::to_string(endpoint.port)));
    }
    resolver_.async_resolve(
        endpoint.host, std::to_string(endpoint.port),
        [self = shared_from_this()](error_code error, Tcp::resolver::results_type places) {
            if (error) return self->finish(self->not_reached(error.message()));
            self->resolved(places);
        });
}

void RedisStream::resolved(const Tcp::resolver::results_type& places) {
    if (closed_) return;
    asio::async_connect(socket_, places,
                        [self = shared_from_this()](error_code error, const Tcp::endpoint&) {
                            if (error) return self->finish(self->not_reached(error.message()));
                            self->connected();
                        });
}

void RedisStream::connected() {
    if (closed_) return;
    error_code ignored;
    socket_.set_option(Tcp::no_delay(true), ignored);
    socket_.set_option(asio::socket_base::keep_alive(true), ignored);
    if (!options_.tls.enabled) return finish(success());
    handshake();
}

Result<void> RedisStream::prepare_tls() {
    const cluster::ServerTls& files = options_.tls;
    tls_context_.emplace(asio::ssl::context::tls_client);
    error_code error;
    if (files.ca_file.empty()) {
        tls_context_->set_default_verify_paths(error);
    } else {
        tls_context_->load_verify_file(files.ca_file, error);
    }
    if (error) return refused("cannot use ca_file " + files.ca_file + ": " + error.message());
    return present_certificate(*tls_context_, files);
}

void RedisStream::handshake() {
    if (const auto prepared = prepare_tls(); !prepared) {
        return finish(refused(describe(options_.target) + ": " + prepared.error().message));
    }
    tls_.emplace(socket_, *tls_context_);
    error_code error;
    tls_->set_verify_mode(asio::ssl::verify_peer, error);
    const std::string& host = options_.target.endpoint.host;
    tls_->set_verify_callback(asio::ssl::host_name_verification(host), error);
    tls_->async_handshake(
        asio::ssl::stream_base::client, [self = shared_from_this()](error_code failed) {
            if (!failed) return self->finish(success());
            self->finish(refused(describe(self->options_.target) +
                                 ": TLS handshake failed: " + failed.message() +
                                 "; check ca_file and that the certificate names this host"));
        });
}

void RedisStream::write(std::string bytes) {
    writing_ = std::move(bytes);
    auto written = [self = shared_from_this()](error_code error, std::size_t) {
        error_code ignored;
        if (error) self->socket_.shutdown(Tcp::socket::shutdown_both, ignored);
    };
    if (tls_) {
        asio::async_write(*tls_, asio::buffer(writing_), std::move(written));
    } else {
        asio::async_write(socket_, asio::buffer(writing_), std::move(written));
    }
}

void RedisStream::read(Bytes received) {
    received_ = std::move(received);
    read_more();
}

void RedisStream::read_more() {
    auto some = [self = shared_from_this()](error_code error, std::size_t count) {
        if (self->closed_) return;
        if (error) {
            if (auto received = std::exchange(self->received_, nullptr)) {
                received(unavailable(error.message()));
            }
            return;
        }
        self->received_(std::string_view(self->buffer_.data(), count));
        if (!self->closed_) self->read_more();
    };
    if (tls_) {
        tls_->async_read_some(asio::buffer(buffer_), std::move(some));
    } else {
        socket_.async_read_some(asio::buffer(buffer_), std::move(some));
    }
}

bool RedisStream::ends_in(std::int64_t pid) const {
    error_code error;
    const Tcp::endpoint server = socket_.remote_endpoint(error);
    if (error) return false;
    const Tcp::endpoint own = socket_.local_endpoint(error);
    return !error && redis::ends_in(pid, server, own);
}

bool RedisStream::hung_up() {
    char byte = 0;
    const auto count = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return count == 0 || (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

void RedisStream::close() {
    closed_ = true;
    connected_ = nullptr;
    error_code ignored;
    resolver_.cancel();
    socket_.close(ignored);
}

}  // namespace baton::redis
