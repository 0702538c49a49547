// The HTTP server over real loopback sockets, driven on this thread. Every wait
// is for a condition and has a deadline.

#include "api/server.hpp"

#include "adapters/factories.hpp"
#include "adapters/gate.hpp"

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <memory>

#include "asked.hpp"
#include "papers.hpp"

namespace baton::api {
namespace {

using namespace std::chrono_literals;

class Client {
public:
    explicit Client(std::uint16_t port, int receive_bytes = 0)
        : handle_(::socket(AF_INET, SOCK_STREAM, 0)) {
        if (receive_bytes > 0) {
            (void)::setsockopt(handle_, SOL_SOCKET, SO_RCVBUF, &receive_bytes,
                               sizeof receive_bytes);
        }
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(::connect(handle_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    }
    ~Client() { ::close(handle_); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    void send(const std::string& text) {
        (void)!::send(handle_, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    void poll() {
        char bytes[16 * 1024];
        const auto count = ::recv(handle_, bytes, sizeof bytes, MSG_DONTWAIT);
        if (count > 0) heard_.append(bytes, static_cast<std::size_t>(count));
        gone_ = gone_ || count == 0 || (count < 0 && errno != EAGAIN);
    }
    bool gone() {
        poll();
        return gone_;
    }
    std::size_t count(const std::string& part) {
        poll();
        std::size_t found = 0;
        for (auto at = heard_.find(part); at != std::string::npos; at = heard_.find(part, at + 1)) {
            ++found;
        }
        return found;
    }
    bool has(const std::string& part) { return count(part) > 0; }
    [[nodiscard]] const std::string& heard() const { return heard_; }

private:
    int handle_;
    bool gone_ = false;
    std::string heard_;
};

class ServerTest : public ::testing::Test {
protected:
    void serve(HttpLimits limits = {}) {
        access_.shown = sample::Cluster{}.view;
        Options options{.listen = {"127.0.0.1", 0}, .limits = limits, .gate = gate_.get()};
        options.tokens = tokens_.known.empty() ? nullptr : &tokens_;
        options.turned_away = [this](std::uint64_t count, const std::string& reason) {
            turned_away_ += count;
            reason_ = reason;
        };
        auto made = make_http_server(*loop_, access_, std::move(options));
        ASSERT_TRUE(made.has_value()) << made.error().message;
        server_ = std::move(made).value();
    }
    std::unique_ptr<Client> connect() { return std::make_unique<Client>(server_->port()); }

    template <typename Condition>
    bool until(Condition condition) {
        const auto deadline = std::chrono::steady_clock::now() + 10s;
        while (!condition()) {
            if (std::chrono::steady_clock::now() > deadline) return false;
            context_->run_one_for(5ms);
        }
        return true;
    }
    /// Sends on a new connection and reads until the server closes it.
    std::string answer(const std::string& text) {
        const auto client = connect();
        client->send(text);
        EXPECT_TRUE(until([&] { return client->gone(); })) << text.substr(0, 80);
        return client->heard();
    }
    static std::string get(const std::string& target, const std::string& more = "") {
        return "GET " + target + " HTTP/1.1\r\nHost: a\r\n" + more + "\r\n";
    }
    static bool status(const std::string& answer, int expected) {
        return answer.starts_with("HTTP/1.1 " + std::to_string(expected) + " ");
    }

    std::unique_ptr<adapters::RunningLoop> loop_ = adapters::make_loop();
    boost::asio::io_context* context_ = static_cast<boost::asio::io_context*>(loop_->io_context());
    sample::FakeAccess access_;
    sample::FakeTokens tokens_;
    std::unique_ptr<adapters::Gate> gate_;  ///< Null: plain.
    std::uint64_t turned_away_ = 0;
    std::string reason_;
    std::unique_ptr<HttpServer> server_;
};

const std::string close_after = "Connection: close\r\n";

TEST_F(ServerTest, AnswersWithVersionAndLength) {
    serve();
    const auto text = answer(get("/v1/groups", close_after));
    EXPECT_TRUE(status(text, 200)) << text;
    EXPECT_NE(text.find("X-Baton-Api-Version: 1\r\n"), std::string::npos);
    EXPECT_NE(text.find("Content-Type: application/json\r\n"), std::string::npos);
    EXPECT_NE(text.find("\"name\":\"cache\""), std::string::npos);
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrderOnOneConnection) {
    serve();
    const auto client = connect();
    client->send(get("/healthz") + get("/primary") + get("/nothing"));
    ASSERT_TRUE(until([&] { return client->count("HTTP/1.1 ") == 3; }));
    const auto& heard = client->heard();
    EXPECT_LT(heard.find("alive"), heard.find("lease_remaining_ms"));
    EXPECT_LT(heard.find("lease_remaining_ms"), heard.find("404 Not Found"));
    EXPECT_FALSE(client->gone());
    client->send(get("/healthz", close_after));
    EXPECT_TRUE(until([&] { return client->gone(); }));
}

TEST_F(ServerTest, HeadHasHeadersWithoutBody) {
    serve();
    const auto text = answer("HEAD /primary HTTP/1.1\r\nHost: a\r\n" + close_after + "\r\n");
    EXPECT_TRUE(status(text, 200));
    EXPECT_NE(text.find("X-Baton-Epoch: 4\r\n"), std::string::npos);
    EXPECT_TRUE(text.ends_with("\r\n\r\n")) << text;
    const auto options = answer("OPTIONS /primary HTTP/1.1\r\nHost: a\r\n" + close_after + "\r\n");
    EXPECT_TRUE(status(options, 204));
    EXPECT_NE(options.find("Allow: GET, HEAD, OPTIONS\r\n"), std::string::npos);
}

TEST_F(ServerTest, RefusesWhatIsNotHttp) {
    serve();
    EXPECT_TRUE(status(answer("\x16\x03\x01 garbage\r\n\r\n"), 400));
    EXPECT_TRUE(status(answer("GET / HTTP/9.9\r\n\r\n"), 400));
    EXPECT_TRUE(status(answer("POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n"), 400));
    EXPECT_TRUE(status(answer(get("/%zz")), 400));
    EXPECT_TRUE(status(answer(get("/healthz", close_after)), 200));
}

TEST_F(ServerTest, RefusesOversizedHeadsAndBodies) {
    serve();
    const std::string large(9000, 'x');
    EXPECT_TRUE(status(answer(get("/healthz", "X-Large: " + large + "\r\n")), 431));
    EXPECT_TRUE(status(answer(get("/" + large)), 431));
    EXPECT_TRUE(status(answer("POST /v1/groups/cache/pause HTTP/1.1\r\nHost: a\r\n"
                              "Content-Length: 70000\r\n\r\n{"),
                       413));
    EXPECT_TRUE(access_.proposed.empty());
}

TEST_F(ServerTest, CutsWhoeverSendsTooSlowly) {
    HttpLimits limits;
    limits.idle = 100ms;
    serve(limits);
    const auto silent = connect();
    const auto slow = connect();
    slow->send("GET /healthz HTTP/1.1\r\nX-A: ");
    // Fewer bytes than a header may have, so that only slowness can end it.
    int sent = 0;
    ASSERT_TRUE(until([&] {
        if (sent++ < 1000) slow->send("b");
        return slow->gone();
    }));
    ASSERT_TRUE(until([&] { return silent->gone(); }));
    EXPECT_TRUE(slow->heard().empty());
    EXPECT_TRUE(until([&] { return server_->connections() == 0; }));
}

TEST_F(ServerTest, BoundsItsConnections) {
    HttpLimits limits;
    limits.connections_max = 3;
    serve(limits);
    std::vector<std::unique_ptr<Client>> clients;
    for (int count = 0; count < 3; ++count) clients.push_back(connect());
    ASSERT_TRUE(until([&] { return server_->connections() == 3; }));
    const auto extra = connect();
    ASSERT_TRUE(until([&] { return extra->gone(); }));
    EXPECT_TRUE(status(extra->heard(), 503)) << extra->heard();
    clients.clear();
    ASSERT_TRUE(until([&] { return server_->connections() == 0; }));
    EXPECT_TRUE(status(answer(get("/healthz", close_after)), 200));
}

TEST_F(ServerTest, AsksForTheToken) {
    tokens_.known["sesame"] = {"ann", Role::read};
    serve();
    EXPECT_TRUE(status(answer(get("/v1/groups", close_after)), 401));
    EXPECT_TRUE(
        status(answer(get("/v1/groups", close_after + "AUTHORIZATION: Bearer sesame\r\n")), 200));
    EXPECT_TRUE(status(answer(get("/primary", close_after)), 200));
}

TEST_F(ServerTest, TakesAnOrder) {
    serve();
    const std::string body = R"({"to":"b"})";
    const auto text =
        answer("POST /v1/groups/cache/switchover HTTP/1.1\r\nHost: a\r\n" + close_after +
               "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    EXPECT_TRUE(status(text, 202)) << text;
    EXPECT_EQ(access_.proposed.size(), 1U);
}

TEST_F(ServerTest, StreamsEventsAndForgetsAClientThatLeft) {
    serve();
    access_.happen(1);
    auto client = connect();
    client->send(get("/v1/events?from=1", "Accept: text/event-stream\r\n"));
    ASSERT_TRUE(until([&] { return client->has("id: 1\n"); }));
    EXPECT_TRUE(client->has("Content-Type: text/event-stream\r\n"));
    ASSERT_TRUE(until([&] { return access_.sinks.size() == 1; }));
    access_.happen(2);
    ASSERT_TRUE(until([&] { return client->has("id: 2\n"); }));
    client.reset();
    ASSERT_TRUE(until([&] { return access_.sinks.empty(); }));
    EXPECT_EQ(server_->connections(), 0U);
}

TEST_F(ServerTest, CutsAReaderOfEventsThatDoesNotRead) {
    HttpLimits limits;
    limits.feed_bytes_max = 64 * 1024;
    serve(limits);
    const Client stalled(server_->port(), 4096);
    const_cast<Client&>(stalled).send(get("/v1/events", "Accept: text/event-stream\r\n"));
    ASSERT_TRUE(until([&] { return access_.sinks.size() == 1; }));
    NumberedEvent large{1, 1, NodeId{"a"}, {Severity::info, "x", std::string(8000, 'x'), {}}};
    ASSERT_TRUE(until([&] {
        const auto sinks = access_.sinks;
        for (const auto& [token, sink] : sinks) sink(large);
        return access_.sinks.empty();
    }));
    EXPECT_EQ(server_->connections(), 0U);
}

TEST_F(ServerTest, SurvivesItsOwnEndWithRequestsUnderWay) {
    serve();
    const auto client = connect();
    client->send(get("/v1/events", "Accept: text/event-stream\r\n"));
    ASSERT_TRUE(until([&] { return access_.sinks.size() == 1; }));
    server_.reset();
    EXPECT_TRUE(access_.sinks.empty());
    EXPECT_TRUE(until([&] { return client->gone(); }));
}

TEST_F(ServerTest, ARouteThatThrowsAnswers500AndALateAnswerIsDropped) {
    Respond late;
    auto made = listen_http(context_, {.listen = {"127.0.0.1", 0}},
                            [&](const Request& request, const Respond& respond) {
                                if (request.path == "/throw") throw std::runtime_error("broken");
                                late = respond;
                            });
    ASSERT_TRUE(made.has_value());
    server_ = std::move(made).value();
    EXPECT_TRUE(status(answer(get("/throw", close_after)), 500));
    const auto client = connect();
    client->send(get("/later"));
    ASSERT_TRUE(until([&] { return static_cast<bool>(late); }));
    late(text_response("one"));
    late(text_response("two"));
    ASSERT_TRUE(until([&] { return client->has("one"); }));
    EXPECT_FALSE(client->has("two"));
    server_.reset();
    late(text_response("three"));
}

TEST_F(ServerTest, ABusyPortIsNamedWithTheRemedy) {
    serve();
    const auto port = server_->port();
    const auto second = make_http_server(*loop_, access_, Options{.listen = {"127.0.0.1", port}});
    ASSERT_FALSE(second.has_value());
    EXPECT_NE(second.error().message.find("127.0.0.1:" + std::to_string(port)), std::string::npos);
    EXPECT_NE(second.error().message.find("ss -ltnp"), std::string::npos);
}

class SecureServerTest : public ServerTest {
protected:
    void SetUp() override {
        auto made = adapters::make_gate(papers_.of("a"), NodeId{"a"}, [](const Event&) {});
        ASSERT_TRUE(made.has_value()) << made.error().message;
        gate_ = std::move(made).value();
        serve();
    }
    /// Sends inside TLS and reads until the server closes.
    std::string secure_answer(const std::string& text, const std::string& authority) {
        const auto session = adapters::begin_api_client(authority, "127.0.0.1").value();
        const auto client = connect();
        std::string plain;
        std::size_t taken = 0;
        bool sent = false;
        EXPECT_TRUE(until([&] {
            const bool now = session->established() && !std::exchange(sent, session->established());
            client->send(session->seal(now ? text : ""));
            client->poll();
            const std::string wire = client->heard().substr(taken);
            taken = client->heard().size();
            if (wire.empty()) return client->gone();
            const auto opened = session->open(wire);
            if (opened) plain += opened.value();
            return !opened.has_value() || client->gone();
        }));
        return plain;
    }

    test::Papers papers_;
};

TEST_F(SecureServerTest, AnswersInsideTlsWhateverTheSize) {
    access_.kept.push_back(
        {1, 1, NodeId{"a"}, {Severity::info, "x", std::string(100'000, 'x'), {}}});
    const auto text = secure_answer(get("/v1/events", close_after), papers_.authority());
    EXPECT_TRUE(status(text, 200)) << text.substr(0, 200);
    EXPECT_NE(text.find(std::string(100'000, 'x')), std::string::npos);
    EXPECT_EQ(turned_away_, 0U);
}

TEST_F(SecureServerTest, WhoeverSpeaksPlainlyOrDistrustsItIsCounted) {
    const std::string plain = answer(get("/healthz", close_after));
    EXPECT_EQ(plain.find("HTTP/1.1"), std::string::npos) << plain;
    ASSERT_TRUE(until([&] { return turned_away_ == 1; }));
    EXPECT_NE(reason_.find("not TLS as agreed on"), std::string::npos) << reason_;
    const test::Papers foreign;
    EXPECT_EQ(secure_answer(get("/healthz", close_after), foreign.authority()), "");
    EXPECT_EQ(server_->connections(), 0U);
}

TEST_F(SecureServerTest, AFloodOfSilentConnectionsTakesNoPlaceOfARequest) {
    std::vector<std::unique_ptr<Client>> silent;
    for (int count = 0; count < 300; ++count) silent.push_back(connect());
    EXPECT_TRUE(status(secure_answer(get("/healthz", close_after), papers_.authority()), 200));
    EXPECT_LE(server_->connections(), 1U);
    EXPECT_TRUE(until([&] { return turned_away_ > 100; }));
}

}  // namespace
}  // namespace baton::api
