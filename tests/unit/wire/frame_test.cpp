#include "wire/frame.hpp"

#include "base/random.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace baton::wire {
namespace {

std::string random_bytes(Random& random, std::size_t size) {
    std::string bytes;
    while (bytes.size() < size) {
        bytes.push_back(static_cast<char>(random.below(256)));
    }
    return bytes;
}

/// The definition, one bit at a time.
std::uint32_t slow_crc32c(std::string_view bytes) {
    std::uint32_t value = 0xFFFFFFFFU;
    for (const char byte : bytes) {
        value ^= static_cast<unsigned char>(byte);
        for (int bit = 0; bit < 8; ++bit) {
            value = (value >> 1U) ^ ((value & 1U) != 0 ? 0x82F63B78U : 0U);
        }
    }
    return ~value;
}

TEST(Crc32c, KnownValues) {
    EXPECT_EQ(crc32c(""), 0U);
    EXPECT_EQ(crc32c("123456789"), 0xE3069283U);
    EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAU);    // RFC 3720 §B.4
    EXPECT_EQ(crc32c(std::string(32, '\xFF')), 0x62A8AB43U);  // RFC 3720 §B.4
}

TEST(Crc32c, AgreesWithTheDefinitionAndContinues) {
    Random random{1};
    for (std::size_t size = 0; size < 70; ++size) {
        const std::string bytes = random_bytes(random, size);
        ASSERT_EQ(crc32c(bytes), slow_crc32c(bytes));
        const std::size_t cut = random.below(size + 1);
        ASSERT_EQ(crc32c(bytes.substr(cut), crc32c(bytes.substr(0, cut))), crc32c(bytes));
    }
}

TEST(Numbers, AreLittleEndianAndComeBack) {
    std::string bytes;
    append_u32(bytes, 0x01020304U);
    append_u64(bytes, 0x0102030405060708ULL);
    EXPECT_EQ(bytes.substr(0, 4), std::string("\x04\x03\x02\x01"));
    EXPECT_EQ(read_u32(bytes), 0x01020304U);
    EXPECT_EQ(read_u64(std::string_view{bytes}.substr(4)), 0x0102030405060708ULL);
}

TEST(Frame, PayloadsComeBackHoweverTheStreamIsCut) {
    Random random{2};
    for (int round = 0; round < 200; ++round) {
        std::vector<std::string> sent;
        std::string stream;
        for (std::uint64_t count = random.below(6); count > 0; --count) {
            sent.push_back(random_bytes(random, random.below(300)));
            stream += encode_frame(sent.back());
        }
        FrameReader reader{300};
        std::vector<std::string> received;
        for (std::string_view rest = stream; !rest.empty();) {
            const std::size_t piece = std::min<std::size_t>(1 + random.below(50), rest.size());
            reader.feed(rest.substr(0, piece));
            rest.remove_prefix(piece);
            for (auto next = reader.next(); next.value(); next = reader.next()) {
                received.push_back(*next.value());
            }
        }
        ASSERT_EQ(received, sent);
        ASSERT_EQ(reader.buffered(), 0U);
    }
}

TEST(Frame, EveryFlippedBitIsRefusedOrLeavesTheFrameIncomplete) {
    const std::string frame = encode_frame("one renewal");
    for (std::size_t bit = 0; bit < frame.size() * 8; ++bit) {
        std::string damaged = frame;
        damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
        FrameReader reader{64};
        reader.feed(damaged);
        const auto next = reader.next();
        if (next) {
            ASSERT_FALSE(next.value().has_value()) << "bit " << bit;
        } else {
            ASSERT_EQ(next.error().kind, ErrorKind::invalid);
        }
    }
}

TEST(Frame, OversizeIsRefusedFromTheHeaderAloneAndForGood) {
    FrameReader reader{10};
    reader.feed(encode_frame(std::string(11, 'x')).substr(0, frame_header_bytes));
    ASSERT_FALSE(reader.next());
    reader.feed(encode_frame("fine"));
    const auto next = reader.next();
    ASSERT_FALSE(next);
    EXPECT_EQ(next.error().kind, ErrorKind::invalid);
    EXPECT_NE(next.error().message.find("the limit is 10"), std::string::npos);
}

TEST(Frame, ExactlyTheLimitIsAccepted) {
    FrameReader reader{10};
    reader.feed(encode_frame(std::string(10, 'x')));
    ASSERT_EQ(reader.next().value(), std::string(10, 'x'));
}

}  // namespace
}  // namespace baton::wire
