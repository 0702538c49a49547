#include "adapters/net/greeting.hpp"

#include <gtest/gtest.h>

namespace baton::adapters::net {
namespace {

Greeting sample() {
    return {wire_version, Lane::bulk, Incarnation{77}, ClusterId{"c1"}, NodeId{"b"}};
}

TEST(Greeting, SurvivesTheTrip) {
    const auto bytes = encode_greeting(Tag::greeting, sample());
    EXPECT_EQ(tag_of(bytes), Tag::greeting);
    const auto read = decode_greeting(bytes);
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read.value(), sample());
}

TEST(Greeting, MayComeFromANodeWithoutCluster) {
    Greeting greeting = sample();
    greeting.cluster = ClusterId{};
    const auto read = decode_greeting(encode_greeting(Tag::welcome, greeting));
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read.value(), greeting);
}

TEST(Greeting, CutAnywhereIsRefused) {
    const auto bytes = encode_greeting(Tag::greeting, sample());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        EXPECT_FALSE(decode_greeting(std::string_view{bytes}.substr(0, size)).has_value()) << size;
    }
    EXPECT_FALSE(decode_greeting(bytes + "x").has_value());
}

TEST(Greeting, OfAnotherWireVersionNamesBoth) {
    Greeting greeting = sample();
    greeting.version = 9;
    const auto read = decode_greeting(encode_greeting(Tag::greeting, greeting));
    ASSERT_FALSE(read.has_value());
    EXPECT_NE(read.error().message.find("version 9"), std::string::npos);
    EXPECT_NE(read.error().message.find("speaks 1"), std::string::npos);
}

TEST(Greeting, NeverExceedsItsBound) {
    Greeting greeting = sample();
    greeting.node = NodeId{std::string(100'000, 'n')};
    EXPECT_LE(encode_greeting(Tag::greeting, greeting).size(), greeting_bytes_max);
    EXPECT_LE(encode_refusal(std::string(100'000, 'r')).size(), greeting_bytes_max);
}

TEST(Refusal, CannotWriteToATerminal) {
    const auto reason = decode_refusal(encode_refusal("bad\x1b[2Jnews"));
    EXPECT_EQ(reason, "bad?[2Jnews");
    EXPECT_EQ(decode_refusal(""), "");
}

TEST(Tags, UnknownOrMissingAreNone) {
    EXPECT_FALSE(tag_of("").has_value());
    EXPECT_FALSE(tag_of("Zoo").has_value());
}

TEST(Sender, MustBeTheOneWhoGreeted) {
    const NodeId self{"a"};
    lease::Heartbeat heartbeat;
    heartbeat.from = NodeId{"b"};
    heartbeat.incarnation = Incarnation{77};
    EXPECT_TRUE(check_sender(heartbeat, sample(), self).has_value());
    heartbeat.incarnation = Incarnation{78};
    EXPECT_FALSE(check_sender(heartbeat, sample(), self).has_value());
    heartbeat.incarnation = Incarnation{77};
    heartbeat.from = NodeId{"c"};
    const auto claimed = check_sender(heartbeat, sample(), self);
    ASSERT_FALSE(claimed.has_value());
    EXPECT_NE(claimed.error().message.find("in the name of node c"), std::string::npos);
}

TEST(Sender, MustMeanThisNode) {
    raft::Message message;
    message.from = NodeId{"b"};
    message.to = NodeId{"a"};
    message.body = raft::TimeoutNow{};
    EXPECT_TRUE(check_sender(message, sample(), NodeId{"a"}).has_value());
    EXPECT_FALSE(check_sender(message, sample(), NodeId{"c"}).has_value());
}

}  // namespace
}  // namespace baton::adapters::net
