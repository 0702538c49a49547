#include "base/hex.hpp"

#include <gtest/gtest.h>

#include <array>

namespace baton {
namespace {

TEST(Hex, WritesEveryDigitOfANumber) {
    EXPECT_EQ(hex(std::uint64_t{0}), "0000000000000000");
    EXPECT_EQ(hex(0x0123456789abcdefULL), "0123456789abcdef");
}

TEST(Hex, WritesTwoDigitsForEachByte) {
    EXPECT_EQ(hex(std::array<unsigned char, 3>{0x00, 0x0f, 0xf0}), "000ff0");
    EXPECT_EQ(hex(std::span<const unsigned char>{}), "");
}

/// As published with the algorithm.
TEST(Fingerprint, IsThatOfFnv1a) {
    EXPECT_EQ(fingerprint(""), 0xcbf29ce484222325ULL);
    EXPECT_EQ(fingerprint("a"), 0xaf63dc4c8601ec8cULL);
    EXPECT_EQ(fingerprint("foobar"), 0x85944171f73967e8ULL);
}

}  // namespace
}  // namespace baton
