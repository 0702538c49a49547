// What nft prints about a set, read back.
#include "adapters/kernel_lease/element.hpp"

#include <gtest/gtest.h>

namespace baton::kernel_lease {
namespace {

using std::chrono::milliseconds;

TEST(Duration, IsASumOfWholeUnits) {
    EXPECT_EQ(nft_duration("640ms"), milliseconds{640});
    EXPECT_EQ(nft_duration("1s500ms"), milliseconds{1500});
    EXPECT_EQ(nft_duration("2m"), milliseconds{120'000});
    EXPECT_EQ(nft_duration("1d2h3m4s5ms"), milliseconds{93'784'005});
}

TEST(Duration, OfAnotherFormIsNone) {
    for (const char* text : {"", "ms", "12", "3x", "1s500", "s1"}) {
        EXPECT_EQ(nft_duration(text), std::nullopt) << text;
    }
}

TEST(Elements, AreReadWithTheTimeTheyHaveLeft) {
    const auto found = elements_of(
        "table inet t {\n\tset first {\n\t\ttype inet_service\n\t\tflags timeout\n"
        "\t\telements = { 6379 timeout 740ms expires 320ms,\n"
        "\t\t\t     6380 timeout 1s500ms expires 1s20ms }\n\t}\n}\n");
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found.at(6379), milliseconds{320});
    EXPECT_EQ(found.at(6380), milliseconds{1020});
}

TEST(Elements, WithoutATimeoutLiveForEver) {
    EXPECT_EQ(elements_of("elements = { 7 }").at(7), milliseconds::max());
}

/// What cannot be read must not look as if it ended soon.
TEST(Elements, WithATimeThatCannotBeReadLiveForEver) {
    EXPECT_EQ(elements_of("elements = { 7 timeout 1s expires soon }").at(7), milliseconds::max());
}

TEST(Elements, OfAnEmptySetAreNone) {
    EXPECT_TRUE(elements_of("table inet t {\n\tset first {\n\t}\n}\n").empty());
}

}  // namespace
}  // namespace baton::kernel_lease
