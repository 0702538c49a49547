#pragma once

/// A connection within this machine that says whether packets still pass.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <thread>

namespace baton::kernel_lease {

class Connection {
public:
    explicit Connection(const std::string& host, std::uint16_t port = 0) {
        const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const int yes = 1;
        ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        ::inet_pton(AF_INET, host.c_str(), &address.sin_addr);
        socklen_t length = sizeof address;
        void* raw = &address;
        auto* place = static_cast<sockaddr*>(raw);
        good_ = ::bind(listener, place, length) == 0 && ::listen(listener, 1) == 0 &&
                ::getsockname(listener, place, &length) == 0;
        port_ = ntohs(address.sin_port);
        client_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        good_ = good_ && ::connect(client_, place, length) == 0;
        server_ = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        good_ = good_ && server_ >= 0;
        ::close(listener);
        for (const int each : {client_, server_}) {
            ::setsockopt(each, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        }
    }
    ~Connection() {
        const linger at_once{1, 0};
        for (const int each : {client_, server_}) {
            ::setsockopt(each, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
            ::close(each);
        }
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    [[nodiscard]] bool good() const { return good_; }
    [[nodiscard]] std::uint16_t port() const { return port_; }
    /// One byte each way, which within a machine arrives while it is sent.
    [[nodiscard]] bool to_server() const { return passes(client_, server_); }
    [[nodiscard]] bool to_client() const { return passes(server_, client_); }

    /// Whether the server's side was not ended from outside.
    [[nodiscard]] bool lives() const {
        char byte = 0;
        return ::send(server_, &byte, 1, MSG_NOSIGNAL | MSG_DONTWAIT) == 1;
    }
    /// Whether anything the server said waits at the client.
    [[nodiscard]] bool client_hears() const {
        char byte = 0;
        return ::recv(client_, &byte, 1, MSG_DONTWAIT) == 1;
    }

private:
    static bool passes(int from, int to) {
        char byte = 'x';
        if (::send(from, &byte, 1, MSG_NOSIGNAL | MSG_DONTWAIT) != 1) return false;
        return ::recv(to, &byte, 1, MSG_DONTWAIT) == 1;
    }

    bool good_ = false;
    std::uint16_t port_ = 0;
    int client_ = -1;
    int server_ = -1;
};

/// Polls until the condition holds.
template <typename Condition>
[[nodiscard]] bool comes_true(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    return true;
}

}  // namespace baton::kernel_lease
