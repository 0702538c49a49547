#pragma once

/// How bytes are told apart from damaged bytes: CRC-32C, and the frame that
/// carries one message between agents. A frame is a little-endian u32 length
/// of the payload, a little-endian u32 checksum, then the payload. The
/// checksum covers the length and the payload, so that a damaged length is
/// noticed too. What a payload means is not known here.

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace baton::wire {

/// CRC-32C (Castagnoli; RFC 3720 §12.1). To continue over a second piece, pass
/// the value of the first as `seed`.
[[nodiscard]] std::uint32_t crc32c(std::string_view bytes, std::uint32_t seed = 0);

/// Little-endian numbers, the byte order of everything baton writes itself.
void append_u32(std::string& out, std::uint32_t value);
void append_u64(std::string& out, std::uint64_t value);
/// `bytes` must hold at least 4 (8) bytes.
[[nodiscard]] std::uint32_t read_u32(std::string_view bytes);
[[nodiscard]] std::uint64_t read_u64(std::string_view bytes);

inline constexpr std::size_t frame_header_bytes = 8;

/// `payload` must be smaller than 4 GiB.
[[nodiscard]] std::string encode_frame(std::string_view payload);

/// Cuts a stream of bytes, arriving in pieces of any size, into payloads. It
/// never holds more than one frame of `payload_bytes_max` plus the piece that
/// was fed last. After an error the stream cannot be trusted any more: close
/// the connection; every later call answers the same error.
class FrameReader {
public:
    explicit FrameReader(std::size_t payload_bytes_max) : payload_bytes_max_(payload_bytes_max) {}

    /// Takes the next piece. Call `next` until it is empty before feeding more.
    void feed(std::string_view bytes);

    /// The next complete payload, or nothing while one is incomplete. Errors:
    /// invalid (a frame above the limit, refused before memory is taken for
    /// it, or one whose checksum differs).
    [[nodiscard]] Result<std::optional<std::string>> next();

    /// Bytes fed and not yet handed out.
    [[nodiscard]] std::size_t buffered() const { return buffer_.size() - consumed_; }

private:
    std::size_t payload_bytes_max_;
    std::string buffer_;
    std::size_t consumed_ = 0;  ///< Bytes at the front of `buffer_` that are done with.
    std::optional<Error> failed_;
};

}  // namespace baton::wire
