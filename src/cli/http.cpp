#include "cli/http.hpp"

#include "cli/http_message.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <memory>

namespace baton::cli {
namespace {

using Clock = std::chrono::steady_clock;

/// How long all waits of one exchange may last together.
class Deadline {
public:
    Deadline(Duration limit, const std::function<bool()>& stop)
        : end_(Clock::now() + limit), stop_(stop) {}

    /// Waits for `events`; false when time is up or the operator interrupts.
    [[nodiscard]] bool wait(int socket, short events) const {
        constexpr std::int64_t slice_milliseconds = 100;  // How soon an interrupt is noticed.
        for (;;) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(end_ - Clock::now());
            if (left.count() <= 0 || stop_()) return false;
            pollfd entry{socket, events, 0};
            const std::int64_t slice = std::min<std::int64_t>(left.count(), slice_milliseconds);
            if (poll(&entry, 1, static_cast<int>(slice)) > 0) return true;
        }
    }
    [[nodiscard]] Duration left() const {
        return std::max<Duration>(end_ - Clock::now(), Duration{0});
    }

private:
    Clock::time_point end_;
    const std::function<bool()>& stop_;
};

class Socket {
public:
    explicit Socket(int number) : number_(number) {}
    ~Socket() {
        if (number_ >= 0) close(number_);
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    [[nodiscard]] int number() const { return number_; }

private:
    int number_;
};

struct FreeAddresses {
    void operator()(addrinfo* list) const { freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

/// A name service that hangs must not hang us: the question is asked aside and
/// abandoned when time is up. What the abandoned answer would be written into
/// stays allocated for the rest of this short process.
struct Question {
    std::string host;
    std::string port;
    addrinfo hints{};
    gaicb request{};
};

Result<Addresses> resolve(const cluster::Endpoint& agent, const Deadline& deadline) {
    auto question = std::make_unique<Question>();
    question->host = agent.host;
    question->port = std::to_string(agent.port);
    question->hints.ai_socktype = SOCK_STREAM;
    question->hints.ai_flags = AI_NUMERICSERV | AI_NUMERICHOST;
    addrinfo* list = nullptr;
    if (getaddrinfo(question->host.c_str(), question->port.c_str(), &question->hints, &list) == 0) {
        return Addresses{list};
    }
    question->hints.ai_flags = AI_NUMERICSERV;
    question->request.ar_name = question->host.c_str();
    question->request.ar_service = question->port.c_str();
    question->request.ar_request = &question->hints;
    std::array<gaicb*, 1> requests{&question->request};
    if (getaddrinfo_a(GAI_NOWAIT, requests.data(), 1, nullptr) != 0) {
        return unavailable("the name " + agent.host + " cannot be looked up");
    }
    const auto left = deadline.left();
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
    const timespec time{.tv_sec = seconds.count(), .tv_nsec = (left - seconds).count()};
    const std::array<const gaicb*, 1> waited{&question->request};
    gai_suspend(waited.data(), 1, &time);
    const int error = gai_error(&question->request);
    if (error == 0) return Addresses{question->request.ar_result};
    if (error == EAI_INPROGRESS && gai_cancel(&question->request) != EAI_CANCELED) {
        (void)question.release();
    }
    return unavailable("the name " + agent.host + " is unknown: " + gai_strerror(error));
}

/// Waits for the connection begun on `socket`; empty when established.
std::string connect_problem(const Socket& socket, const addrinfo& address,
                            const Deadline& deadline) {
    if (connect(socket.number(), address.ai_addr, address.ai_addrlen) == 0) return {};
    if (errno != EINPROGRESS) return std::strerror(errno);
    if (!deadline.wait(socket.number(), POLLOUT)) return "no answer to the connection attempt";
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(socket.number(), SOL_SOCKET, SO_ERROR, &error, &size);
    return error == 0 ? std::string{} : std::strerror(error);
}

Result<void> send_all(const Socket& socket, const std::string& text, const Deadline& deadline) {
    std::size_t sent = 0;
    while (sent < text.size()) {
        const ssize_t count =
            send(socket.number(), text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
        if (count > 0) {
            sent += static_cast<std::size_t>(count);
            continue;
        }
        if (errno != EAGAIN && errno != EINTR) {
            // The agent acts on a whole request only, and a part was sent.
            return unavailable(std::string{"the connection broke: "} + std::strerror(errno));
        }
        if (!deadline.wait(socket.number(), POLLOUT)) {
            return unavailable("the agent does not read the request");
        }
    }
    return success();
}

Result<HttpAnswer> receive(const Socket& socket, const Deadline& deadline) {
    AnswerReader reader;
    std::array<char, 16384> buffer{};
    for (;;) {
        const ssize_t count = recv(socket.number(), buffer.data(), buffer.size(), 0);
        if (count > 0) {
            const std::string_view bytes{buffer.data(), static_cast<std::size_t>(count)};
            BATON_TRY(const bool complete, reader.add(bytes));
            if (complete) return reader.take();
            continue;
        }
        if (count == 0) {
            if (reader.closed()) return reader.take();
            return outcome_unknown(
                "the agent closed the connection before its answer was complete");
        }
        if (errno != EAGAIN && errno != EINTR) {
            return outcome_unknown(std::string{"the connection broke: "} + std::strerror(errno));
        }
        if (!deadline.wait(socket.number(), POLLIN)) {
            return outcome_unknown("connected, but no answer in time");
        }
    }
}

}  // namespace

Result<HttpAnswer> exchange(const cluster::Endpoint& agent, const HttpRequest& request,
                            Duration limit, const std::function<bool()>& stop) {
    const Deadline deadline{limit, stop};
    BATON_TRY(const Addresses addresses, resolve(agent, deadline));
    std::string problem = "no address";
    for (const addrinfo* one = addresses.get(); one != nullptr; one = one->ai_next) {
        const Socket socket{
            ::socket(one->ai_family, one->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
        if (socket.number() < 0) return unavailable(std::strerror(errno));
        problem = connect_problem(socket, *one, deadline);
        if (!problem.empty()) continue;
        const int on = 1;
        setsockopt(socket.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        BATON_TRY(send_all(socket, request_text(agent, request), deadline));
        return receive(socket, deadline);
    }
    return unavailable(problem);
}

Result<cluster::Endpoint> parse_endpoint(const std::string& text) {
    std::string rest = text;
    if (rest.starts_with("http://")) rest.erase(0, 7);
    if (const auto slash = rest.find('/'); slash != std::string::npos) rest.resize(slash);
    const std::size_t colon = rest.rfind(':');
    const Error wrong = invalid("\"" + text + "\" is not HOST:PORT");
    if (colon == std::string::npos || colon == 0) return wrong;
    cluster::Endpoint endpoint;
    endpoint.host = rest.substr(0, colon);
    if (endpoint.host.front() == '[' && endpoint.host.back() == ']') {
        endpoint.host = endpoint.host.substr(1, endpoint.host.size() - 2);
    }
    const char* const end = rest.data() + rest.size();
    const auto [stopped, error] = std::from_chars(rest.data() + colon + 1, end, endpoint.port);
    if (error != std::errc{} || stopped != end || endpoint.port == 0) return wrong;
    return endpoint;
}

std::string endpoint_text(const cluster::Endpoint& endpoint) {
    const bool bracketed = endpoint.host.find(':') != std::string::npos;
    return (bracketed ? "[" + endpoint.host + "]" : endpoint.host) + ":" +
           std::to_string(endpoint.port);
}

std::string escaped(const std::string& text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string result;
    for (const char c : text) {
        const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
                                c == '~';
        if (unreserved) {
            result += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        result += '%';
        result += digits[byte >> 4U];
        result += digits[byte & 0xFU];
    }
    return result;
}

}  // namespace baton::cli
