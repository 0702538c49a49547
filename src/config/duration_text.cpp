#include "config/duration_text.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

namespace baton::config {
namespace {

using namespace std::chrono_literals;

/// Largest first, so that printing takes the largest unit that divides.
constexpr std::array<std::pair<std::string_view, Duration>, 5> units{
    {{"h", 1h}, {"m", 1min}, {"s", 1s}, {"ms", 1ms}, {"us", 1us}}};

constexpr Duration duration_max = 8760h;  ///< A year: beyond it, a typing mistake.

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
    const Error wrong =
        invalid("expected a duration such as 150ms, 2s or 1m, found \"" + std::string{text} + "\"");
    std::int64_t count = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, count);
    if (error != std::errc{} || count < 0) return wrong;
    const std::string_view unit{rest, static_cast<std::size_t>(end - rest)};
    for (const auto& [name, length] : units) {
        if (name != unit) continue;
        if (count > duration_max / length) return invalid("a duration of more than a year");
        return length * count;
    }
    return wrong;
}

std::string duration_text(Duration duration) {
    if (duration.count() == 0) return "0s";
    for (const auto& [name, length] : units) {
        if (duration.count() % length.count() != 0) continue;
        return std::to_string(duration / length) + std::string{name};
    }
    return std::to_string(duration / 1us) + "us";
}

}  // namespace baton::config
