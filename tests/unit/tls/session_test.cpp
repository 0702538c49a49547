// Two ends of a TLS connection in one thread, their bytes carried by the test.
#include "adapters/tls/session.hpp"

#include "adapters/tls/credentials.hpp"
#include "papers.hpp"

#include <fstream>

namespace baton::adapters {
namespace {

using tls::Credentials;

struct Met {
    Result<std::string> client = std::string{};
    Result<std::string> server = std::string{};
};

/// Carries bytes until nothing moves, or one side has had enough.
Met meet(Session& client, Session& server) {
    Met met;
    for (int turn = 0; turn < 10 && met.client && met.server; ++turn) {
        const std::string there = client.seal({});
        if (!there.empty()) met.server = server.open(there);
        const std::string back = server.seal({});
        if (!back.empty()) met.client = client.open(back);
        if (there.empty() && back.empty()) break;
    }
    return met;
}

std::unique_ptr<Credentials> load(const test::Papers& papers, const std::string& node) {
    auto loaded = Credentials::load(papers.of(node), NodeId{node});
    EXPECT_TRUE(loaded.has_value()) << (loaded ? "" : loaded.error().message);
    return loaded ? std::move(loaded).value() : nullptr;
}

bool mentions(const Result<std::string>& result, const std::string& text) {
    return !result && result.error().message.find(text) != std::string::npos;
}

class Sessions : public ::testing::Test {
protected:
    test::Papers papers_;
    std::unique_ptr<Credentials> a_ = load(papers_, "a");
    std::unique_ptr<Credentials> b_ = load(papers_, "b");
};

TEST_F(Sessions, BothSidesLearnWhomTheyTalkTo) {
    const auto client = a_->dial(NodeId{"b"});
    const auto server = b_->answer(Door::peers);
    meet(*client, *server);
    ASSERT_TRUE(client->established());
    ASSERT_TRUE(server->established());
    EXPECT_EQ(client->nodes(), std::vector<std::string>{"b"});
    EXPECT_EQ(server->nodes(), std::vector<std::string>{"a"});
    const std::string large(100'000, 'x');
    const std::string wire = client->seal(large);
    EXPECT_EQ(wire.find("xxxx"), std::string::npos);
    EXPECT_EQ(server->open(wire).value(), large);
}

TEST_F(Sessions, BytesMayArriveOneByOne) {
    const auto client = a_->dial(NodeId{"b"});
    const auto server = b_->answer(Door::peers);
    meet(*client, *server);
    std::string heard;
    for (const char byte : client->seal("hello")) heard += server->open({&byte, 1}).value();
    EXPECT_EQ(heard, "hello");
}

TEST_F(Sessions, AForeignAuthorityIsRefusedByEitherSide) {
    const test::Papers foreign;
    const auto stranger = load(foreign, "b");
    const auto client = a_->dial(NodeId{"b"});
    const auto met = meet(*client, *stranger->answer(Door::peers));
    EXPECT_TRUE(mentions(met.client, "its certificate is not accepted"));
    EXPECT_EQ(met.client.error().kind, ErrorKind::refused);
    EXPECT_FALSE(client->established());

    // The same authority in its file, so that it trusts us: now we refuse it.
    std::filesystem::copy_file(papers_.authority(), foreign.directory + "/trusted.crt");
    std::ifstream own(foreign.authority());
    std::ofstream(foreign.directory + "/trusted.crt", std::ios::app) << own.rdbuf();
    auto files = foreign.of("b");
    files.ca_file = foreign.directory + "/trusted.crt";
    const auto trusting = Credentials::load(files, NodeId{"b"}).value()->dial(NodeId{"a"});
    const auto server = a_->answer(Door::peers);
    const auto other = meet(*trusting, *server);
    EXPECT_TRUE(mentions(other.server, "its certificate is not accepted"));
    EXPECT_FALSE(server->established());
    EXPECT_TRUE(mentions(other.client, "the other side broke the TLS connection off"));
}

TEST_F(Sessions, APeerWithoutACertificateIsRefusedAndAClientOfTheApiIsNot) {
    const auto bare = begin_api_client(papers_.authority(), "127.0.0.1").value();
    const auto peers = a_->answer(Door::peers);
    EXPECT_FALSE(meet(*bare, *peers).server.has_value());
    EXPECT_FALSE(peers->established());
    const auto client = begin_api_client(papers_.authority(), "127.0.0.1").value();
    const auto api = a_->answer(Door::api);
    meet(*client, *api);
    EXPECT_TRUE(client->established());
    EXPECT_TRUE(api->established());
    EXPECT_TRUE(api->nodes().empty());
}

TEST_F(Sessions, TheCertificateMustNameTheNodeThatWasDialled) {
    const auto client = a_->dial(NodeId{"c"});
    const auto met = meet(*client, *b_->answer(Door::peers));
    EXPECT_TRUE(mentions(met.client, "its certificate names b, not node c"));
    EXPECT_FALSE(client->established());
}

TEST_F(Sessions, TheCertificateMustNameTheHostOfTheApi) {
    const auto client = begin_api_client(papers_.authority(), "10.1.2.3").value();
    EXPECT_TRUE(mentions(meet(*client, *a_->answer(Door::api)).client, "IP address mismatch"));
    const auto named = begin_api_client(papers_.authority(), "localhost").value();
    meet(*named, *a_->answer(Door::api));
    EXPECT_TRUE(named->established());
    const auto other = begin_api_client(papers_.authority(), "example.net").value();
    EXPECT_TRUE(mentions(meet(*other, *a_->answer(Door::api)).client, "ostname mismatch"));
}

TEST_F(Sessions, AForgedRecordIsRefused) {
    const auto client = a_->dial(NodeId{"b"});
    const auto server = b_->answer(Door::peers);
    meet(*client, *server);
    std::string wire = client->seal("renew my lease");
    wire.back() = static_cast<char>(wire.back() ^ 1);
    const auto taken = server->open(wire);
    ASSERT_FALSE(taken.has_value());
    EXPECT_EQ(taken.error().kind, ErrorKind::invalid);
}

TEST_F(Sessions, ARepeatedRecordIsRefused) {
    const auto client = a_->dial(NodeId{"b"});
    const auto server = b_->answer(Door::peers);
    meet(*client, *server);
    const std::string wire = client->seal("renew my lease");
    EXPECT_EQ(server->open(wire).value(), "renew my lease");
    EXPECT_FALSE(server->open(wire).has_value());
}

TEST_F(Sessions, ARecordOfAnotherConnectionIsRefused) {
    const auto first = a_->dial(NodeId{"b"});
    const auto first_server = b_->answer(Door::peers);
    meet(*first, *first_server);
    const auto second = a_->dial(NodeId{"b"});
    const auto second_server = b_->answer(Door::peers);
    meet(*second, *second_server);
    EXPECT_FALSE(second_server->open(first->seal("old news")).has_value());
}

TEST_F(Sessions, GarbageAndPlainHttpAreRefused) {
    for (const std::string text :
         {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "\x16\x03\x01\xff\xff....."}) {
        const auto server = a_->answer(Door::api);
        const auto taken = server->open(text + std::string(70'000, 'x'));
        ASSERT_FALSE(taken.has_value());
        EXPECT_EQ(taken.error().kind, ErrorKind::invalid);
    }
}

TEST_F(Sessions, NothingOlderThanTls13IsSpoken) {
    tls::Owned<SSL_CTX> old{SSL_CTX_new(TLS_client_method())};
    SSL_CTX_set_max_proto_version(old.get(), TLS1_2_VERSION);
    const auto client = tls::begin_session(*old, tls::Side::client, {});
    const auto server = a_->answer(Door::api);
    EXPECT_TRUE(mentions(meet(*client, *server).server, "unsupported protocol"));
}

TEST(CredentialFiles, EveryProblemNamesTheFile) {
    const test::Papers papers;
    auto files = papers.of("a");
    files.cert_file = papers.of("b").cert_file;
    const auto swapped = Credentials::load(files, NodeId{"a"});
    ASSERT_FALSE(swapped.has_value());
    EXPECT_NE(swapped.error().message.find("a.key"), std::string::npos);
    const auto other = Credentials::load(papers.of("b"), NodeId{"a"});
    ASSERT_FALSE(other.has_value());
    EXPECT_NE(other.error().message.find("names node b, and this is node a"), std::string::npos);
    files = papers.of("a");
    files.ca_file = files.key_file;
    const auto none = Credentials::load(files, NodeId{"a"});
    ASSERT_FALSE(none.has_value());
    EXPECT_NE(none.error().message.find("ca_file " + files.key_file), std::string::npos);
    const test::Papers foreign;
    files = papers.of("a");
    files.ca_file = foreign.authority();
    const auto distrusted = Credentials::load(files, NodeId{"a"});
    ASSERT_FALSE(distrusted.has_value());
    EXPECT_NE(distrusted.error().message.find("does not vouch for " + files.cert_file),
              std::string::npos);
}

TEST(CredentialFiles, AreTakenUpWhenTheyChangeAndKeptWhenTheyCannotBeUsed) {
    const test::Papers papers;
    const auto a = load(papers, "a");
    const auto ends = a->expires();
    EXPECT_FALSE(a->refresh().value());
    ASSERT_TRUE(renew_certificate(papers.directory, NodeId{"a"}, 500).has_value());
    EXPECT_TRUE(a->refresh().value());
    EXPECT_GT(a->expires(), ends);
    std::ofstream(papers.of("a").cert_file, std::ios::trunc) << "half a certif";
    EXPECT_FALSE(a->refresh().has_value());
    const auto client = load(papers, "b")->dial(NodeId{"a"});
    const auto server = a->answer(Door::peers);
    meet(*client, *server);
    EXPECT_TRUE(server->established()) << "the certificate read before stays in use";
}

}  // namespace
}  // namespace baton::adapters
