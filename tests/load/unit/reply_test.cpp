#include "reply.hpp"

#include <gtest/gtest.h>

namespace baton::load {
namespace {

TEST(Reply, every_kind_is_read) {
    bool broken = false;
    const std::string input = "*5\r\n+OK\r\n-READONLY no\r\n:-7\r\n$5\r\na\r\nbc\r\n$-1\r\n:1\r\n";
    const auto parsed = parse(input, broken);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->bytes, input.size() - 4);
    const auto& items = parsed->reply.items;
    ASSERT_EQ(items.size(), 5U);
    EXPECT_EQ(items[0].kind, Reply::Kind::status);
    EXPECT_EQ(items[1].kind, Reply::Kind::error);
    EXPECT_EQ(items[1].text, "READONLY no");
    EXPECT_EQ(items[2].number, -7);
    EXPECT_EQ(items[3].text, "a\r\nbc");
    EXPECT_EQ(items[4].kind, Reply::Kind::nothing);
}

TEST(Reply, every_prefix_of_a_reply_asks_for_more) {
    const std::string input = "*2\r\n$3\r\nabc\r\n:12\r\n";
    for (std::size_t length = 0; length < input.size(); ++length) {
        bool broken = false;
        EXPECT_FALSE(parse(std::string_view{input}.substr(0, length), broken)) << length;
        EXPECT_FALSE(broken) << length;
    }
}

TEST(Reply, what_is_no_reply_is_broken) {
    for (const auto* input : {"HTTP/1.0 503\r\n", ":x\r\n", "$1x\r\n", "\r\n",
                              "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n"}) {
        bool broken = false;
        EXPECT_FALSE(parse(input, broken)) << input;
        EXPECT_TRUE(broken) << input;
    }
}

TEST(Reply, a_command_is_an_array_of_strings) {
    EXPECT_EQ(command({"SET", "k", ""}), "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n");
}

}  // namespace
}  // namespace baton::load
