#include "cli/http.hpp"

#include "cli/agents.hpp"
#include "cli/http_message.hpp"
#include "scripted_agent.hpp"
#include "stage.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using namespace std::chrono_literals;
using namespace baton::cli;
using baton::ErrorKind;
using baton::test::Scripted;
using baton::test::ScriptedAgent;

baton::cluster::Endpoint endpoint(const ScriptedAgent& agent) {
    return parse_endpoint(agent.address()).value();
}

baton::Result<HttpAnswer> get(const ScriptedAgent& agent, baton::Duration limit = 5s) {
    return exchange(endpoint(agent), {.target = "/x"}, limit, [] { return false; });
}

TEST(AnswerReader, UnderstandsAnAnswerHoweverItIsCut) {
    const std::string bytes =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\nX-Two:  words here \r\n\r\n"
        "5\r\nhello\r\n6;extension=1\r\n world\r\n0\r\n\r\n";
    for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
        AnswerReader reader;
        bool complete = false;
        for (std::size_t at = 0; at < bytes.size() && !complete; at += piece) {
            complete = reader.add(std::string_view{bytes}.substr(at, piece)).value();
        }
        ASSERT_TRUE(complete) << piece;
        const HttpAnswer answer = reader.take();
        EXPECT_EQ(answer.body, "hello world");
        EXPECT_EQ(answer.headers.at("x-two"), "words here");
    }
}

TEST(AnswerReader, RefusesWhatIsNotHttp) {
    for (const char* bytes : {"SSH-2.0-OpenSSH\r\n\r\n", "HTTP/1.1 abc OK\r\n\r\n",
                              "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
                              "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
                              "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
                              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
        EXPECT_FALSE(AnswerReader{}.add(bytes).has_value()) << bytes;
    }
    EXPECT_FALSE(AnswerReader{}.add(std::string(70'000, 'x')).has_value());
}

TEST(Exchange, TellsNothingSentFromNoAnswer) {
    ScriptedAgent agent;
    agent.script("GET /x", {{.hang_up = true},
                            {.silent = true},
                            {.raw = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"},
                            {.raw = "nonsense\r\n\r\n"}});
    EXPECT_EQ(get(agent).error().kind, ErrorKind::outcome_unknown) << "hung up";
    EXPECT_EQ(get(agent, 200ms).error().kind, ErrorKind::outcome_unknown) << "silent";
    EXPECT_EQ(get(agent).error().kind, ErrorKind::outcome_unknown) << "half an answer";
    EXPECT_EQ(get(agent).error().kind, ErrorKind::invalid) << "not HTTP";
    const auto refused = exchange({"127.0.0.1", 1}, {.target = "/x"}, 5s, [] { return false; });
    EXPECT_EQ(refused.error().kind, ErrorKind::unavailable);
    const auto unknown =
        exchange({"no-such-host.invalid", 1}, {.target = "/x"}, 5s, [] { return false; });
    EXPECT_EQ(unknown.error().kind, ErrorKind::unavailable);
}

TEST(Endpoint, ReadsHostAndPort) {
    EXPECT_EQ(endpoint_text(parse_endpoint("http://web-1:8080/v1").value()), "web-1:8080");
    EXPECT_EQ(parse_endpoint("[::1]:8080").value().host, "::1");
    EXPECT_EQ(endpoint_text(parse_endpoint("[::1]:8080").value()), "[::1]:8080");
    for (const char* text : {"", "host", ":80", "host:", "host:0", "host:99999", "host:80x"}) {
        EXPECT_FALSE(parse_endpoint(text).has_value()) << text;
    }
    EXPECT_EQ(escaped("a b/c?é"), "a%20b%2Fc%3F%C3%A9");
}

/// Three agents, asked in this order.
class AgentsTest : public testing::Test {
protected:
    AgentsTest() : stage_out_(), around_{stage_out_, stage_out_, stage_in_} {
        around_.interrupted = [] { return false; };
        around_.pause = [this](baton::Duration) {
            ++pauses_;
            return true;
        };
    }

    Agents agents(baton::Duration timeout = 2s) {
        Located located;
        for (ScriptedAgent* one : {&a_, &b_, &c_}) located.agents.push_back({"", endpoint(*one)});
        located.source = "test";
        return Agents{located, "sesame", timeout, around_};
    }

    static constexpr const char* no_leader_yet =
        R"({"error":{"kind":"unavailable","message":"no leader"}})";

    int pauses_ = 0;
    std::ostringstream stage_out_;
    std::istringstream stage_in_;
    Surroundings around_;
    ScriptedAgent a_;
    ScriptedAgent b_;
    ScriptedAgent c_;
};

TEST_F(AgentsTest, ReadingGoesOnToTheNextAgentAndRemembersTheSilentOnes) {
    a_.script("GET /v1/nodes", {{.status = 503, .body = no_leader_yet}});
    b_.script("GET /v1/nodes", {{.hang_up = true}});
    c_.script("GET /v1/nodes", {{.body = "[1]"}});
    Agents agents = this->agents();
    EXPECT_EQ(agents.get("/v1/nodes").value().dump(), "[1]");
    EXPECT_EQ(agents.silent().size(), 2U);
    EXPECT_EQ(c_.authorization(), "Bearer sesame");
}

TEST_F(AgentsTest, AnAgentWithQuorumIsPreferred) {
    a_.script("GET /v1/cluster", {{.body = R"({"quorum":false,"node":"a"})"}});
    b_.script("GET /v1/cluster", {{.body = R"({"quorum":true,"node":"b"})"}});
    Agents agents = this->agents();
    EXPECT_EQ(text_of(agents.cluster().value(), "node"), "b");
    EXPECT_EQ(c_.requests().size(), 0U);
    EXPECT_EQ(text_of(agents.cluster().value(), "node"), "b");
    EXPECT_EQ(a_.requests().size(), 1U) << "the second time b is asked first";
}

TEST_F(AgentsTest, ChangesFollowTheDirectionToTheLeader) {
    a_.script("POST /v1/x",
              {{.status = 307, .headers = "Location: http://" + c_.address() + "/v1/x\r\n"}});
    c_.script("POST /v1/x", {{.status = 202, .body = "{}"}});
    EXPECT_TRUE(agents().post("/v1/x", Json{{"to", "b"}}).has_value());
    EXPECT_EQ(c_.requests().back(), R"(POST /v1/x {"to":"b"})");
}

TEST_F(AgentsTest, AChangeThatWasSentIsNeverSentAgain) {
    a_.script("POST /v1/x", {{.hang_up = true}});
    b_.script("POST /v1/x", {{.status = 202, .body = "{}"}});
    const auto outcome = agents().post("/v1/x", Json::object());
    ASSERT_FALSE(outcome.has_value());
    EXPECT_EQ(outcome.error().code, ExitCode::timed_out);
    EXPECT_TRUE(b_.requests().empty());
}

TEST_F(AgentsTest, AChangeThatNobodyTookMayBeOfferedToTheNext) {
    a_.script("POST /v1/x", {{.status = 503, .body = no_leader_yet}});
    b_.script("POST /v1/x", {{.status = 202, .body = "{}"}});
    EXPECT_TRUE(agents().post("/v1/x", Json::object()).has_value());
}

TEST_F(AgentsTest, EachRefusalHasItsCode) {
    const std::vector<std::pair<Scripted, ExitCode>> cases{
        {{.status = 400, .body = R"({"error":{"kind":"invalid","message":"m"}})"}, ExitCode::usage},
        {{.status = 401, .body = R"({"error":{"kind":"refused","message":"m"}})"},
         ExitCode::not_authorised},
        {{.status = 409, .body = R"({"error":{"kind":"refused","message":"m"}})"},
         ExitCode::refused},
        {{.status = 409, .body = R"({"error":{"kind":"conflict","message":"m"}})"},
         ExitCode::changed},
        {{.status = 503, .body = no_leader_yet}, ExitCode::unknown},
        {{.status = 504, .body = R"({"error":{"kind":"outcome_unknown","message":"m"}})"},
         ExitCode::timed_out},
        {{.status = 307, .headers = "Location: http://127.0.0.1:1/\r\n"}, ExitCode::unknown},
    };
    for (const auto& [answer, code] : cases) {
        for (ScriptedAgent* one : {&a_, &b_, &c_}) one->script("POST /v1/x", {answer});
        EXPECT_EQ(agents().post("/v1/x", Json::object()).error().code, code) << answer.status;
    }
}

TEST_F(AgentsTest, AnElectionIsWaitedForAndALostMajorityNotForLong) {
    for (ScriptedAgent* one : {&a_, &b_, &c_}) {
        one->script("POST /v1/x", {{.status = 503, .body = no_leader_yet},
                                   {.status = 503, .body = no_leader_yet},
                                   {.body = "1"}});
    }
    EXPECT_EQ(agents().post("/v1/x", Json::object()).value().dump(), "1");
    EXPECT_EQ(pauses_, 2);
    for (ScriptedAgent* one : {&a_, &b_, &c_}) {
        one->script("POST /v1/x", {{.status = 503, .body = no_leader_yet}});
    }
    EXPECT_EQ(agents().post("/v1/x", Json::object()).error().code, ExitCode::unknown);
    EXPECT_EQ(pauses_, 2 + 9);
}

/// For the moment until the others have elected, they name a leader that died.
TEST_F(AgentsTest, ALeaderThatIsGoneIsWaitedForLikeNone) {
    const Scripted gone{.status = 307, .headers = "Location: http://127.0.0.1:1/v1/x\r\n"};
    for (ScriptedAgent* one : {&a_, &b_, &c_}) one->script("POST /v1/x", {gone, {.body = "1"}});
    const auto outcome = agents().post("/v1/x", Json::object());
    ASSERT_TRUE(outcome.has_value()) << outcome.error().message;
    EXPECT_EQ(pauses_, 1);
    for (ScriptedAgent* one : {&a_, &b_, &c_}) one->script("POST /v1/x", {gone});
    const std::string message = agents().post("/v1/x", Json::object()).error().message;
    EXPECT_NE(message.find("127.0.0.1:1, which it takes for the leader"), std::string::npos)
        << message;
}

TEST_F(AgentsTest, AgentsThatSendUsRoundInCirclesAreLeft) {
    a_.script("GET /x",
              {{.status = 307, .headers = "Location: http://" + b_.address() + "/x\r\n"}});
    b_.script("GET /x",
              {{.status = 307, .headers = "Location: http://" + a_.address() + "/x\r\n"}});
    c_.script("GET /x", {{.body = "1"}});
    EXPECT_EQ(agents().get("/x").value().dump(), "1");
}

}  // namespace
