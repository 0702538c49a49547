#include "wire/frame.hpp"

#include "base/check.hpp"

#include <array>
#include <limits>

namespace baton::wire {
namespace {

using Table = std::array<std::array<std::uint32_t, 256>, 4>;

/// Row 0 is the classic byte table of the reflected polynomial; row n holds
/// the effect of a byte followed by n zero bytes, so that four bytes are taken
/// at a time.
constexpr Table make_table() {
    Table table{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        std::uint32_t value = byte;
        for (int bit = 0; bit < 8; ++bit) {
            value = (value >> 1U) ^ ((value & 1U) != 0 ? 0x82F63B78U : 0U);
        }
        table[0][byte] = value;
    }
    for (std::size_t row = 1; row < table.size(); ++row) {
        for (std::size_t byte = 0; byte < 256; ++byte) {
            const std::uint32_t before = table[row - 1][byte];
            table[row][byte] = (before >> 8U) ^ table[0][before & 0xFFU];
        }
    }
    return table;
}

constexpr Table crc_table = make_table();

std::uint32_t byte_at(std::string_view bytes, std::size_t at) {
    return static_cast<unsigned char>(bytes[at]);
}

std::uint32_t frame_checksum(std::string_view length, std::string_view payload) {
    return crc32c(payload, crc32c(length));
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes, std::uint32_t seed) {
    const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
    std::size_t left = bytes.size();
    std::uint32_t value = ~seed;
    for (; left >= 4; left -= 4, at += 4) {
        value ^= std::uint32_t{at[0]} | std::uint32_t{at[1]} << 8U | std::uint32_t{at[2]} << 16U |
                 std::uint32_t{at[3]} << 24U;
        value = crc_table[3][value & 0xFFU] ^ crc_table[2][(value >> 8U) & 0xFFU] ^
                crc_table[1][(value >> 16U) & 0xFFU] ^ crc_table[0][value >> 24U];
    }
    for (; left > 0; --left, ++at) {
        value = (value >> 8U) ^ crc_table[0][(value ^ *at) & 0xFFU];
    }
    return ~value;
}

void append_u32(std::string& out, std::uint32_t value) {
    for (unsigned shift = 0; shift < 32; shift += 8) {
        out.push_back(static_cast<char>((value >> shift) & 0xFFU));
    }
}

void append_u64(std::string& out, std::uint64_t value) {
    append_u32(out, static_cast<std::uint32_t>(value & 0xFFFFFFFFU));
    append_u32(out, static_cast<std::uint32_t>(value >> 32U));
}

std::uint32_t read_u32(std::string_view bytes) {
    return byte_at(bytes, 0) | byte_at(bytes, 1) << 8U | byte_at(bytes, 2) << 16U |
           byte_at(bytes, 3) << 24U;
}

std::uint64_t read_u64(std::string_view bytes) {
    return read_u32(bytes) | std::uint64_t{read_u32(bytes.substr(4))} << 32U;
}

std::string encode_frame(std::string_view payload) {
    BATON_CHECK(payload.size() <= std::numeric_limits<std::uint32_t>::max());
    std::string frame;
    frame.reserve(frame_header_bytes + payload.size());
    append_u32(frame, static_cast<std::uint32_t>(payload.size()));
    append_u32(frame, frame_checksum(frame, payload));
    frame.append(payload);
    return frame;
}

void FrameReader::feed(std::string_view bytes) {
    if (failed_) {
        return;
    }
    buffer_.erase(0, consumed_);
    consumed_ = 0;
    buffer_.append(bytes);
}

Result<std::optional<std::string>> FrameReader::next() {
    if (failed_) {
        return *failed_;
    }
    const std::string_view rest = std::string_view{buffer_}.substr(consumed_);
    if (rest.size() < frame_header_bytes) {
        return std::optional<std::string>{};
    }
    const std::size_t length = read_u32(rest);
    if (length > payload_bytes_max_) {
        failed_ =
            invalid("a frame of " + std::to_string(length) + " bytes was announced, the limit is " +
                    std::to_string(payload_bytes_max_) +
                    "; the sender is not a baton agent or its limits differ");
        return *failed_;
    }
    if (rest.size() < frame_header_bytes + length) {
        return std::optional<std::string>{};
    }
    const std::string_view payload = rest.substr(frame_header_bytes, length);
    if (read_u32(rest.substr(4)) != frame_checksum(rest.substr(0, 4), payload)) {
        failed_ = invalid("a frame of " + std::to_string(length) +
                          " bytes has a wrong checksum; the bytes changed on the way or the "
                          "sender is not a baton agent");
        return *failed_;
    }
    consumed_ += frame_header_bytes + length;
    return std::optional<std::string>{std::string{payload}};
}

}  // namespace baton::wire
