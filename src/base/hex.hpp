#pragma once

/// Numbers and bytes as text, and a mark that tells texts apart.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace baton {

/// 16 digits, in lower case, the highest first.
[[nodiscard]] std::string hex(std::uint64_t number);
/// Two digits in lower case for each byte.
[[nodiscard]] std::string hex(std::span<const unsigned char> bytes);

/// FNV-1a, 64 bits: no defence against somebody who wants two texts to look equal.
[[nodiscard]] std::uint64_t fingerprint(std::string_view text);

}  // namespace baton
