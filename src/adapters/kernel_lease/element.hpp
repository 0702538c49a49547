#pragma once

/// Reads what nft(8) prints about a set: which ports it holds, and for how long
/// each still lives. Pure; what it does not understand is left out.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

namespace baton::kernel_lease {

/// Such as "1m2s340ms". Nothing if it is not of that form.
[[nodiscard]] std::optional<std::chrono::milliseconds> nft_duration(std::string_view text);

/// Time left by port; an element without a timeout lives for ever, as `max()`.
[[nodiscard]] std::map<std::uint16_t, std::chrono::milliseconds> elements_of(
    std::string_view listing);

}  // namespace baton::kernel_lease
