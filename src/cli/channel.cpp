#include "cli/channel.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace baton::cli {

using Clock = std::chrono::steady_clock;

Deadline::Deadline(Duration limit, const std::function<bool()>& stop)
    : end_(Clock::now() + limit), stop_(stop) {}

bool Deadline::wait(int socket, short events) const {
    constexpr std::int64_t slice_milliseconds = 100;  // How soon an interrupt is noticed.
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end_ - Clock::now());
        if (left.count() <= 0 || stop_()) return false;
        pollfd entry{socket, events, 0};
        const std::int64_t slice = std::min<std::int64_t>(left.count(), slice_milliseconds);
        if (poll(&entry, 1, static_cast<int>(slice)) > 0) return true;
    }
}

Duration Deadline::left() const {
    return std::max<Duration>(end_ - Clock::now(), Duration{0});
}

Channel::~Channel() {
    close(socket_);
}

Result<void> Channel::shake(const Deadline& deadline) {
    if (!session_) return success();
    for (;;) {
        BATON_TRY(send_bytes(session_->seal({}), deadline));
        if (session_->established()) return success();
        auto bytes = receive_bytes(deadline);
        if (!bytes) return unavailable(bytes.error().message);
        if (!bytes.value()) return unavailable("the agent hung up during the TLS handshake");
        const auto plain = session_->open(*bytes.value());
        if (!plain) return unavailable("TLS: " + plain.error().message);
        early_ += plain.value();
    }
}

Result<void> Channel::send(const std::string& text, const Deadline& deadline) {
    return send_bytes(session_ ? session_->seal(text) : text, deadline);
}

Result<std::optional<std::string>> Channel::receive(const Deadline& deadline) {
    if (!early_.empty()) return std::optional{std::exchange(early_, {})};
    BATON_TRY(auto bytes, receive_bytes(deadline));
    if (!session_ || !bytes) return bytes;
    auto plain = session_->open(*bytes);
    if (plain) return std::optional{std::move(plain).value()};
    if (plain.error().kind == ErrorKind::unavailable) return std::optional<std::string>{};
    return outcome_unknown("TLS: " + plain.error().message);
}

Result<void> Channel::send_bytes(const std::string& bytes, const Deadline& deadline) {
    std::size_t sent = 0;
    while (sent < bytes.size()) {
        const ssize_t count =
            ::send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
        if (count > 0) {
            sent += static_cast<std::size_t>(count);
            continue;
        }
        if (errno != EAGAIN && errno != EINTR) {
            return unavailable(std::string{"the connection broke: "} + std::strerror(errno));
        }
        if (!deadline.wait(socket_, POLLOUT)) {
            return unavailable("the agent does not read the request");
        }
    }
    return success();
}

Result<std::optional<std::string>> Channel::receive_bytes(const Deadline& deadline) {
    std::array<char, 16384> buffer{};
    for (;;) {
        const ssize_t count = recv(socket_, buffer.data(), buffer.size(), 0);
        if (count > 0) {
            return std::optional{std::string{buffer.data(), static_cast<std::size_t>(count)}};
        }
        if (count == 0) return std::optional<std::string>{};
        if (errno != EAGAIN && errno != EINTR) {
            return outcome_unknown(std::string{"the connection broke: "} + std::strerror(errno));
        }
        if (!deadline.wait(socket_, POLLIN)) {
            return outcome_unknown("connected, but no answer in time");
        }
    }
}

}  // namespace baton::cli
