#include "config/nearest.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace baton::config {
namespace {

using Row = std::vector<std::size_t>;

/// Optimal string alignment distance, row by row.
std::size_t edits(std::string_view from, std::string_view to) {
    Row before(to.size() + 1);
    Row last(to.size() + 1);
    Row row(to.size() + 1);
    for (std::size_t j = 0; j <= to.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= from.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= to.size(); ++j) {
            const std::size_t replace = last[j - 1] + (from[i - 1] == to[j - 1] ? 0U : 1U);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, replace});
            const bool swapped =
                i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
            if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
        }
        std::swap(before, last);
        std::swap(last, row);
    }
    return last[to.size()];
}

}  // namespace

std::string nearest(std::string_view word, std::span<const std::string> candidates) {
    constexpr std::size_t word_length_max = 64;  // Longer words are not typing mistakes.
    if (word.size() < 2 || word.size() > word_length_max) return {};
    std::size_t best = std::max<std::size_t>(1, word.size() / 3) + 1;
    std::string found;
    for (const std::string& candidate : candidates) {
        const std::size_t distance = edits(word, candidate);
        if (distance < best) {
            best = distance;
            found = candidate;
        }
    }
    return found;
}

std::string did_you_mean(std::string_view word, std::span<const std::string> candidates) {
    const std::string found = nearest(word, candidates);
    return found.empty() ? "" : "; did you mean \"" + found + "\"?";
}

}  // namespace baton::config
