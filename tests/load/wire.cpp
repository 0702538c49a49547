#include "wire.hpp"

#include <array>
#include <cerrno>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace baton::load {
namespace {

bool later() {
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

}  // namespace

bool Wire::open(const Endpoint& endpoint) {
    close();
    descriptor_ =
        ::socket(endpoint.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor_ < 0) return false;
    const int on = 1;
    ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const auto* target = static_cast<const sockaddr*>(static_cast<const void*>(&endpoint.address));
    if (::connect(descriptor_, target, endpoint.address_bytes) == 0) {
        connected_ = true;
        return true;
    }
    if (errno == EINPROGRESS) return true;
    close();
    return false;
}

void Wire::close() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
    connected_ = false;
    sent_any_ = false;
    input_.clear();
    output_.clear();
}

short Wire::events() const {
    return static_cast<short>(POLLIN | (!connected_ || !output_.empty() ? POLLOUT : 0));
}

void Wire::send(std::string bytes) {
    output_ += bytes;
    if (connected_) static_cast<void>(write());  // An error shows again in `serve`.
}

bool Wire::serve(short events) {
    if (!connected_) {
        if ((events & (POLLOUT | POLLERR | POLLHUP)) == 0) return true;
        if (!finish_connecting()) return false;
    }
    // Read first: an answer may stand before the end of the connection.
    const bool readable = (events & (POLLIN | POLLERR | POLLHUP)) == 0 || read();
    return readable && write();
}

bool Wire::finish_connecting() {
    int error = 0;
    socklen_t bytes = sizeof error;
    ::getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &error, &bytes);
    connected_ = error == 0;
    return connected_;
}

bool Wire::write() {
    while (!output_.empty()) {
        const auto written = ::send(descriptor_, output_.data(), output_.size(), MSG_NOSIGNAL);
        if (written < 0) return later();
        sent_any_ = sent_any_ || written > 0;
        output_.erase(0, static_cast<std::size_t>(written));
    }
    return true;
}

bool Wire::read() {
    std::array<char, 16384> buffer;
    for (;;) {
        const auto received = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
        if (received == 0) return false;
        if (received < 0) return later();
        input_.append(buffer.data(), static_cast<std::size_t>(received));
    }
}

std::optional<Reply> Wire::take(bool& broken) {
    broken = false;
    if (input_.empty()) return std::nullopt;
    auto parsed = parse(input_, broken);
    if (!parsed) return std::nullopt;
    input_.erase(0, parsed->bytes);
    return std::move(parsed->reply);
}

}  // namespace baton::load
