#include "api/http.hpp"

#include <gtest/gtest.h>

namespace baton::api {
namespace {

TEST(Target, IsSplitAndDecoded) {
    Request request;
    ASSERT_TRUE(read_target("/a%2Fb?x=1&y=a+b%21&z&x=2", request).has_value());
    EXPECT_EQ(request.path, "/a/b");
    EXPECT_EQ(request.parameter("x"), "2");
    EXPECT_EQ(request.parameter("y"), "a b!");
    EXPECT_EQ(request.parameter("z"), "");
    EXPECT_FALSE(request.parameter("w").has_value());
}

TEST(Target, WithABrokenEscapeIsRefused) {
    for (const char* target : {"/%", "/%2", "/%zz", "/a?b=%f"}) {
        Request request;
        EXPECT_FALSE(read_target(target, request).has_value()) << target;
    }
}

TEST(Answers, RepairTextThatIsNotUtf8) {
    EXPECT_NE(json_response({{"text", "\xff"}}).body.find("text"), std::string::npos);
}

TEST(Errors, KeepTheirKindAndGetItsStatus) {
    EXPECT_EQ(error_response(conflict("x")).status, 409);
    EXPECT_EQ(error_response(invalid("x"), 431).status, 431);
    EXPECT_EQ(error_response(outcome_unknown("m")).body,
              "{\"error\":{\"kind\":\"outcome_unknown\",\"message\":\"m\"}}\n");
}

}  // namespace
}  // namespace baton::api
