// HAProxy's health checks against the API as agents serve it: with a token
// configured, which HAProxy does not know and must not need; plain and in TLS.

#include "api/server.hpp"
#include "loop_thread.hpp"
#include "plain_guard.hpp"
#include "services.hpp"

#include "asked.hpp"
#include "papers.hpp"

namespace baton::adapters {
namespace {

using std::chrono::milliseconds;

constexpr Duration short_lease = milliseconds{300};

/// The API of one node of the sample cluster, with its own view and token;
/// inside TLS if there are papers.
class Agent {
public:
    Agent(LoopThread& loop, const std::string& node, const test::Papers* papers)
        : loop_(loop), cluster_(node) {
        access_.shown = cluster_.view;
        tokens_.known["sesame"] = {"ann", Role::admin};
        if (papers != nullptr) {
            gate_ = make_gate(papers->of(node), NodeId{node}, [](const Event&) {}).value();
        }
        const auto made = loop_.ask<void>([this](Instant, auto done) {
            api::Options options{
                .listen = {"127.0.0.1", 0}, .tokens = &tokens_, .gate = gate_.get()};
            auto server = api::make_http_server(*loop_, access_, std::move(options));
            if (!server) return done(server.error());
            server_ = std::move(server).value();
            port_ = server_->port();
            done(success());
        });
        EXPECT_TRUE(made.has_value()) << made.error().message;
    }
    ~Agent() { loop_.destroy(server_); }
    Agent(const Agent&) = delete;
    Agent& operator=(const Agent&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    void hold_lease(bool held) {
        const auto changed = loop_.ask<void>([this, held](Instant, auto done) {
            access_.shown.lease_ends.clear();
            if (held) access_.shown.lease_ends = cluster_.view.lease_ends;
            done(success());
        });
        EXPECT_TRUE(changed.has_value());
    }

private:
    LoopThread& loop_;
    api::sample::Cluster cluster_;
    api::sample::FakeAccess access_;
    api::sample::FakeTokens tokens_;
    std::unique_ptr<Gate> gate_;
    std::unique_ptr<api::HttpServer> server_;
    std::uint16_t port_ = 0;
};

/// With and without TLS.
class ChecksTest : public testing::TestWithParam<bool> {
protected:
    ~ChecksTest() override { loop_.destroy(front_); }

    Result<void> apply() {
        const auto server = [](const char* name, const TcpService& service, const Agent& agent,
                               bool writes) -> FrontServer {
            return {InstanceId{name},
                    {"127.0.0.1", service.port()},
                    {"127.0.0.1", agent.port()},
                    writes,
                    !writes};
        };
        const std::vector<FrontRoute> routes{
            {api::sample::group,
             Epoch{4},
             {"127.0.0.1", write_},
             {"127.0.0.1", read_},
             {server("cache-a", a_, agent_a_, true), server("cache-b", b_, agent_b_, false)}}};
        return loop_.ask<void>(
            [&](Instant deadline, auto done) { front_->apply(routes, deadline, done); });
    }

    TemporaryDirectory directory_;
    LoopThread loop_;
    TcpService a_{"a", false};
    TcpService b_{"b", false};
    test::Papers papers_;
    test::Papers foreign_;
    const test::Papers* shown_ = GetParam() ? &papers_ : nullptr;
    Agent agent_a_{loop_, "a", shown_};
    Agent agent_b_{loop_, "b", shown_};
    PlainGuard guard_{*loop_};
    std::uint16_t write_ = free_port();
    std::uint16_t read_ = free_port();
    FrontOptions options_{NodeId{"a"}, directory_.path() + "/front",         "", short_lease,
                          "",          GetParam() ? papers_.authority() : ""};
    std::unique_ptr<Front> front_ = make_haproxy(*loop_, guard_, options_);
};

TEST_P(ChecksTest, PassWithoutTheTokenAndFollowTheLease) {
    const auto applied = apply();
    ASSERT_TRUE(applied.has_value()) << applied.error().message;
    EXPECT_EQ(who_answers(write_), "a");
    EXPECT_EQ(who_answers(read_), "b");
    // A server that was taken out comes back only by checks that pass: so they
    // are made, read and believed, in both directions and at both doors.
    agent_a_.hold_lease(false);
    EXPECT_TRUE(becomes([&] { return who_answers(write_).empty(); }));
    EXPECT_EQ(who_answers(read_), "b");
    agent_a_.hold_lease(true);
    EXPECT_TRUE(becomes([&] { return who_answers(write_) == "a"; }));
}

INSTANTIATE_TEST_SUITE_P(Transports, ChecksTest, testing::Bool(),
                         [](const auto& secure) { return secure.param ? "Tls" : "Plain"; });

class ForeignChecksTest : public ChecksTest {};

TEST_P(ForeignChecksTest, AnAgentOfAnotherAuthorityIsNotBelieved) {
    loop_.destroy(front_);
    options_.ca_file = foreign_.authority();
    front_ = make_haproxy(*loop_, guard_, options_);
    ASSERT_TRUE(apply().has_value());
    EXPECT_TRUE(becomes([&] { return who_answers(write_).empty(); }));
}

INSTANTIATE_TEST_SUITE_P(Transports, ForeignChecksTest, testing::Values(true));

}  // namespace
}  // namespace baton::adapters
