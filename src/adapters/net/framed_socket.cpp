#include "adapters/net/framed_socket.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace baton::adapters::net {

namespace {

constexpr std::size_t input_bytes_first = 2 * 1024;  ///< Before the greeting: a stranger.
constexpr std::size_t input_bytes_admitted = 64 * 1024;

void set_number(int socket, int level, int name, int value) {
    (void)::setsockopt(socket, level, name, &value, sizeof value);
}

}  // namespace

void tune(Tcp::socket& socket) {
    const int handle = socket.native_handle();
    set_number(handle, IPPROTO_TCP, TCP_NODELAY, 1);
    set_number(handle, IPPROTO_TCP, TCP_USER_TIMEOUT, 2000);
    set_number(handle, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_number(handle, IPPROTO_TCP, TCP_KEEPIDLE, 1);
    set_number(handle, IPPROTO_TCP, TCP_KEEPINTVL, 1);
    set_number(handle, IPPROTO_TCP, TCP_KEEPCNT, 2);
    (void)::fcntl(handle, F_SETFD, FD_CLOEXEC);
}

FramedSocket::FramedSocket(Tcp::socket socket, std::size_t payload_bytes_max)
    : socket_(std::move(socket)), reader_(payload_bytes_max), input_(input_bytes_first) {
    boost::system::error_code error;
    const auto endpoint = socket_.remote_endpoint(error);
    remote_ = error ? "a peer that is already gone" : endpoint.address().to_string();
}

FramedSocket::FramedSocket(SecureConnection connection, std::size_t payload_bytes_max)
    : FramedSocket(std::move(*connection.socket), payload_bytes_max) {
    session_ = std::move(connection.session);
    received_ = std::move(connection.received);
}

void FramedSocket::start(Callbacks callbacks) {
    callbacks_ = std::move(callbacks);
    if (received_.empty()) return read();
    // Later: the owner is still taking this connection in.
    boost::asio::post(socket_.get_executor(), [self = shared_from_this()] {
        self->hand_out(std::exchange(self->received_, {}));
        self->read();
    });
}

Result<void> FramedSocket::check_name(const NodeId& node) const {
    if (!session_) return success();
    const auto& named = session_->nodes();
    if (std::ranges::find(named, node.text) != named.end()) return success();
    std::string names;
    for (const std::string& name : named) names += (names.empty() ? "" : ", ") + name;
    return refused("it greets as node " + node.text + ", but its certificate names " + names);
}

Result<void> FramedSocket::allow(std::size_t payload_bytes_max) {
    if (reader_.buffered() > 0) return invalid("more was sent before the greeting was answered");
    reader_ = wire::FrameReader{payload_bytes_max};
    input_.resize(input_bytes_admitted);
    return success();
}

void FramedSocket::read() {
    if (closed_) return;
    socket_.async_read_some(
        boost::asio::buffer(input_),
        [self = shared_from_this()](boost::system::error_code error, std::size_t count) {
            if (self->closed_) return;
            if (error) return self->fail(unavailable("connection lost: " + error.message()));
            self->take({self->input_.data(), count});
            self->read();
        });
}

void FramedSocket::take(std::string_view bytes) {
    if (!session_) return hand_out(bytes);
    const auto plain = session_->open(bytes);
    if (!plain) return fail(plain.error());
    hand_out(plain.value());
}

void FramedSocket::hand_out(std::string_view plain) {
    if (closed_) return;
    reader_.feed(plain);
    while (!closed_) {
        auto payload = reader_.next();
        if (!payload) return fail(std::move(payload).error());
        if (!payload.value()) return;
        // A copy: a callback that closes this connection must not destroy itself while it runs.
        const auto frame = callbacks_.frame;
        frame(std::move(*payload.value()));
    }
}

void FramedSocket::write(std::string frames) {
    if (closed_ || writing_) return;
    writing_ = true;
    output_ = session_ ? session_->seal(frames) : std::move(frames);
    boost::asio::async_write(
        socket_, boost::asio::buffer(output_),
        [self = shared_from_this()](boost::system::error_code error, std::size_t /*count*/) {
            self->writing_ = false;
            if (self->closed_) return;
            if (error) return self->fail(unavailable("connection lost: " + error.message()));
            const auto written = self->callbacks_.written;
            written();
        });
}

void FramedSocket::fail(Error why) {
    const auto closed = callbacks_.closed;
    close();
    if (closed) closed(why);
}

void FramedSocket::close() {
    if (closed_) return;
    closed_ = true;
    callbacks_ = {};
    boost::system::error_code ignored;
    socket_.close(ignored);
}

}  // namespace baton::adapters::net
