#pragma once

/// What stands around a real HAProxy in these tests: servers that say their
/// name, agents that answer health checks, callers.

#include "process.hpp"

#include <netinet/tcp.h>
#include <poll.h>

#include <atomic>

namespace baton::adapters {

inline sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

/// Answers whatever arrives on any connection with one fixed text.
class TcpService {
public:
    TcpService(std::string answer, bool hangs_up, std::uint16_t port = free_port())
        : answer_(std::move(answer)), hangs_up_(hangs_up), port_(port) {
        start();
    }
    ~TcpService() { stop(); }
    TcpService(const TcpService&) = delete;
    TcpService& operator=(const TcpService&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::size_t answered() const { return answered_; }
    void start() {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const int on = 1;
        ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        const sockaddr_in address = loopback(port_);
        ASSERT_EQ(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address),
                  0);
        ASSERT_EQ(::listen(listener_, 128), 0);
        stopping_ = false;
        thread_ = std::thread([this] { run(); });
    }
    void stop() {
        stopping_ = true;
        if (thread_.joinable()) thread_.join();
    }

private:
    void run() {
        std::vector<pollfd> all{{listener_, POLLIN, 0}};
        while (!stopping_) {
            if (::poll(all.data(), all.size(), 10) <= 0) continue;
            if ((all[0].revents & POLLIN) != 0) {
                all.push_back({::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC), POLLIN, 0});
            }
            for (std::size_t i = all.size(); i-- > 1;) {
                if (all[i].revents != 0 && !serve(all[i].fd)) {
                    ::close(all[i].fd);
                    all.erase(all.begin() + static_cast<std::ptrdiff_t>(i));
                }
            }
        }
        for (const pollfd& one : all) ::close(one.fd);
    }
    bool serve(int descriptor) {
        char buffer[4096];
        if (::recv(descriptor, buffer, sizeof buffer, MSG_DONTWAIT) <= 0) return false;
        ++answered_;
        const auto sent = ::send(descriptor, answer_.data(), answer_.size(), MSG_NOSIGNAL);
        return sent > 0 && !hangs_up_;
    }

    std::string answer_;
    bool hangs_up_;
    std::uint16_t port_;
    int listener_ = -1;
    std::atomic<bool> stopping_ = false;
    std::atomic<std::size_t> answered_ = 0;
    std::thread thread_;
};

/// A connection through the front.
class Caller {
public:
    explicit Caller(std::uint16_t port)
        : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        const timeval patience_of_call{3, 0};
        ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience_of_call,
                     sizeof patience_of_call);
        const sockaddr_in address = loopback(port);
        connected_ = ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address),
                               sizeof address) == 0;
    }
    ~Caller() { ::close(descriptor_); }
    Caller(const Caller&) = delete;
    Caller& operator=(const Caller&) = delete;

    /// The name of the server behind; "" when the connection is gone.
    std::string ask() const {
        char buffer[64];
        if (!connected_ || ::send(descriptor_, "?", 1, MSG_NOSIGNAL) != 1) return {};
        const auto count = ::recv(descriptor_, buffer, sizeof buffer, 0);
        return count > 0 ? std::string(buffer, static_cast<std::size_t>(count)) : std::string();
    }

private:
    int descriptor_;
    bool connected_ = false;
};

inline std::string who_answers(std::uint16_t port) {
    return Caller(port).ask();
}

}  // namespace baton::adapters
