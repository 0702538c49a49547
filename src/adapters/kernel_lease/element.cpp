#include "adapters/kernel_lease/element.hpp"

#include <array>
#include <charconv>
#include <sstream>
#include <string>
#include <utility>

namespace baton::kernel_lease {

using std::chrono::milliseconds;

std::optional<milliseconds> nft_duration(std::string_view text) {
    // "ms" before "m" and "s": the first unit that fits is taken.
    static constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> units{
        {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
    milliseconds sum{0};
    if (text.empty()) return std::nullopt;
    while (!text.empty()) {
        std::int64_t count = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
        if (error != std::errc{}) return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        bool known = false;
        for (const auto& [unit, length] : units) {
            if (!text.starts_with(unit)) continue;
            sum += milliseconds{count * length};
            text.remove_prefix(unit.size());
            known = true;
            break;
        }
        if (!known) return std::nullopt;
    }
    return sum;
}

std::map<std::uint16_t, milliseconds> elements_of(std::string_view listing) {
    std::map<std::uint16_t, milliseconds> found;
    constexpr std::string_view opening = "elements = {";
    const std::size_t begin = listing.find(opening);
    if (begin == std::string_view::npos) return found;
    listing.remove_prefix(begin + opening.size());
    std::istringstream elements{std::string(listing.substr(0, listing.find('}')))};
    for (std::string element; std::getline(elements, element, ',');) {
        std::istringstream words{element};
        std::uint16_t port = 0;
        if (!(words >> port)) continue;
        milliseconds left = milliseconds::max();
        for (std::string word; words >> word;) {
            if (word == "expires" && words >> word) {
                left = nft_duration(word).value_or(milliseconds::max());
            }
        }
        found[port] = left;
    }
    return found;
}

}  // namespace baton::kernel_lease
