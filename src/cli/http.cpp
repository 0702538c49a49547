#include "cli/http.hpp"

#include "adapters/secure.hpp"
#include "cli/channel.hpp"
#include "cli/http_message.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <memory>

namespace baton::cli {
namespace {

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
std::string connect_problem(int socket, const addrinfo& address, const Deadline& deadline) {
    if (connect(socket, address.ai_addr, address.ai_addrlen) == 0) return {};
    if (errno != EINPROGRESS) return std::strerror(errno);
    if (!deadline.wait(socket, POLLOUT)) return "no answer to the connection attempt";
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
    return error == 0 ? std::string{} : std::strerror(error);
}

Result<HttpAnswer> read_answer(Channel& channel, const Deadline& deadline) {
    AnswerReader reader;
    for (;;) {
        BATON_TRY(const auto bytes, channel.receive(deadline));
        if (bytes) {
            BATON_TRY(const bool complete, reader.add(*bytes));
            if (complete) return reader.take();
            continue;
        }
        if (reader.closed()) return reader.take();
        return outcome_unknown("the agent closed the connection before its answer was complete");
    }
}

Result<HttpAnswer> talk(Channel& channel, const std::string& request, const Deadline& deadline) {
    BATON_TRY(channel.shake(deadline));
    BATON_TRY(channel.send(request, deadline));
    return read_answer(channel, deadline);
}

}  // namespace

Result<HttpAnswer> exchange(const cluster::Endpoint& agent, const HttpRequest& request,
                            Duration limit, const std::function<bool()>& stop) {
    const Deadline deadline{limit, stop};
    std::shared_ptr<adapters::Session> session;
    if (!request.ca_file.empty()) {
        BATON_TRY(session, adapters::begin_api_client(request.ca_file, agent.host));
    }
    BATON_TRY(const Addresses addresses, resolve(agent, deadline));
    std::string problem = "no address";
    for (const addrinfo* one = addresses.get(); one != nullptr; one = one->ai_next) {
        const int socket =
            ::socket(one->ai_family, one->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (socket < 0) return unavailable(std::strerror(errno));
        Channel channel{socket, session};
        problem = connect_problem(socket, *one, deadline);
        if (!problem.empty()) continue;
        const int on = 1;
        setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        return talk(channel, request_text(agent, request), deadline);
    }
    return unavailable(problem);
}

Result<cluster::Endpoint> parse_endpoint(const std::string& text) {
    std::string rest = text;
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (rest.starts_with(scheme)) rest.erase(0, scheme.size());
    }
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
