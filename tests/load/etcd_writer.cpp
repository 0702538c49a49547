// Puts keys into one etcd member over HTTP/JSON with kept connections, one put
// in flight per writer, and prints how long each took to be committed: the
// peer's side of the consensus benchmark.

#include "endpoint.hpp"
#include "time.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace {

using namespace baton::load;

/// One blocking connection; every wait is bounded by the socket's timeout.
class Connection {
public:
    explicit Connection(const Endpoint& endpoint)
        : descriptor_(::socket(endpoint.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        const timeval limit{5, 0};
        const int on = 1;
        ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        const auto* target =
            static_cast<const sockaddr*>(static_cast<const void*>(&endpoint.address));
        usable_ = ::connect(descriptor_, target, endpoint.address_bytes) == 0;
    }
    ~Connection() { ::close(descriptor_); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    [[nodiscard]] bool usable() const { return usable_; }

    /// True when the member answered 200, that is: committed and applied.
    bool post(const std::string& request) {
        if (::send(descriptor_, request.data(), request.size(), MSG_NOSIGNAL) !=
            static_cast<ssize_t>(request.size())) {
            return false;
        }
        std::string answer;
        while (!complete(answer)) {
            char buffer[4096];
            const auto received = ::recv(descriptor_, buffer, sizeof buffer, 0);
            if (received <= 0) return false;
            answer.append(buffer, static_cast<std::size_t>(received));
        }
        return answer.starts_with("HTTP/1.1 200");
    }

private:
    static bool complete(const std::string& answer) {
        constexpr std::string_view length_name = "Content-Length: ";
        const auto head = answer.find("\r\n\r\n");
        const auto length_at = answer.find(length_name);
        if (head == std::string::npos || length_at == std::string::npos) return false;
        std::size_t length = 0;
        std::from_chars(answer.data() + length_at + length_name.size(), answer.data() + head,
                        length);
        return answer.size() >= head + 4 + length;
    }

    int descriptor_;
    bool usable_ = false;
};

std::string put_request(std::size_t writer) {
    // "a2V5" and "dmFsdWU=" are base64 of a key and a value; etcd wants both so.
    const auto body = fmt::format(R"({{"key":"a2V5{:04d}","value":"dmFsdWU="}})", writer);
    return fmt::format("POST /v3/kv/put HTTP/1.1\r\nHost: etcd\r\nContent-Length: {}\r\n\r\n{}",
                       body.size(), body);
}

void write_until(const Endpoint& endpoint, std::size_t writer, Instant end,
                 std::vector<double>& latencies) {
    Connection connection{endpoint};
    const auto request = put_request(writer);
    while (connection.usable() && Clock::now() < end) {
        const auto asked = Clock::now();
        if (!connection.post(request)) return;
        latencies.push_back(milliseconds(Clock::now() - asked));
    }
}

double quantile(const std::vector<double>& ordered, double share) {
    const auto rank =
        static_cast<std::size_t>(std::ceil(share * static_cast<double>(ordered.size())));
    return ordered[std::max<std::size_t>(rank, 1) - 1];
}

int measure(const Endpoint& endpoint, std::size_t writers, double seconds) {
    std::vector<std::vector<double>> latencies(writers);
    const auto began = Clock::now();
    const auto end =
        began + std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
    {
        std::vector<std::jthread> threads;
        for (std::size_t writer = 0; writer < writers; ++writer) {
            threads.emplace_back(
                [&, writer] { write_until(endpoint, writer, end, latencies[writer]); });
        }
    }
    const auto spent = milliseconds(Clock::now() - began) / 1000;
    std::vector<double> all;
    for (const auto& each : latencies) all.insert(all.end(), each.begin(), each.end());
    if (all.empty()) {
        std::fputs("baton_load_etcd: no put was answered\n", stderr);
        return 1;
    }
    std::sort(all.begin(), all.end());
    fmt::print(R"({{"writers":{},"seconds":{:.3f},"commits":{},"per_second":{:.1f},)"
               R"("latency_ms":{{"p50":{:.3f},"p90":{:.3f},"p99":{:.3f},"max":{:.3f}}}}})"
               "\n",
               writers, spent, all.size(), static_cast<double>(all.size()) / spent,
               quantile(all, 0.5), quantile(all, 0.9), quantile(all, 0.99), all.back());
    return 0;
}

template <class Number>
bool read(const char* text, Number& into) {
    const std::string_view view{text};
    const auto result = std::from_chars(view.data(), view.data() + view.size(), into);
    return result.ec == std::errc{} && result.ptr == view.data() + view.size() && into > 0;
}

}  // namespace

int main(int count, char** arguments) {
    std::size_t writers = 0;
    double seconds = 0;
    if (count != 4 || !read(arguments[2], writers) || !read(arguments[3], seconds)) {
        std::fputs("usage: baton_load_etcd HOST:PORT WRITERS SECONDS\n", stderr);
        return 2;
    }
    const auto endpoints = resolve_all(arguments[1]);
    if (endpoints.size() != 1) {
        std::fputs("baton_load_etcd: the first argument must be one HOST:PORT that resolves\n",
                   stderr);
        return 2;
    }
    return measure(endpoints.front(), writers, seconds);
}
