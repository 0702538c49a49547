// Bytes -> requests, however they are cut.
#include "api/request_reader.hpp"

#include <gtest/gtest.h>

namespace baton::api {
namespace {

const std::string order =
    "POST /v1/groups/a%20b/pause?x=1 HTTP/1.1\r\nHost: a\r\nX-Who: Ann\r\n"
    "Content-Length: 14\r\n\r\n{\"by\":\"ann@x\"}";

TEST(RequestReader, ReadsWhatComesOneByteAtATime) {
    RequestReader reader{{}};
    std::optional<Incoming> read;
    for (const char byte : order) {
        EXPECT_FALSE(read.has_value()) << "before the last byte";
        reader.add({&byte, 1});
        read = reader.next();
    }
    ASSERT_TRUE(read.has_value());
    EXPECT_FALSE(read->refusal.has_value());
    EXPECT_EQ(read->request.method, "POST");
    EXPECT_EQ(read->request.path, "/v1/groups/a b/pause");
    EXPECT_EQ(read->request.parameter("x"), "1");
    EXPECT_EQ(read->request.header("x-who"), "Ann");
    EXPECT_EQ(read->request.body, "{\"by\":\"ann@x\"}");
    EXPECT_TRUE(read->keep_alive);
    EXPECT_FALSE(reader.next().has_value());
}

TEST(RequestReader, KeepsWhatFollowsForTheNextRequest) {
    RequestReader reader{{}};
    reader.add(order + "HEAD /healthz HTTP/1.1\r\nConnection: close\r\n\r\nGET");
    EXPECT_EQ(reader.next()->request.method, "POST");
    const auto second = reader.next();
    ASSERT_TRUE(second.has_value());
    EXPECT_TRUE(second->head_only);
    EXPECT_FALSE(second->keep_alive);
    EXPECT_FALSE(reader.next().has_value());
}

TEST(RequestReader, RefusesWhatIsTooLargeAsSoonAsThatIsKnown) {
    RequestReader head{{.header_bytes = 100, .body_bytes = 10}};
    head.add("GET / HTTP/1.1\r\nX: " + std::string(200, 'x'));
    const auto refused = head.next();
    ASSERT_TRUE(refused.has_value() && refused->refusal.has_value());
    EXPECT_EQ(refused->refusal->status, 431);
    RequestReader body{{.header_bytes = 100, .body_bytes = 10}};
    body.add("POST / HTTP/1.1\r\nContent-Length: 11\r\n\r\n");
    const auto large = body.next();
    ASSERT_TRUE(large.has_value() && large->refusal.has_value());
    EXPECT_EQ(large->refusal->status, 413);
}

TEST(RequestReader, RefusesWhatIsNoRequest) {
    for (const std::string text :
         {"\x16\x03\x01 garbage\r\n\r\n", "GET /%zz HTTP/1.1\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
          "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n"}) {
        RequestReader reader{{}};
        reader.add(text);
        const auto read = reader.next();
        ASSERT_TRUE(read.has_value() && read->refusal.has_value()) << text;
        EXPECT_EQ(read->refusal->status, 400) << text;
        EXPECT_FALSE(read->keep_alive);
    }
}

}  // namespace
}  // namespace baton::api
