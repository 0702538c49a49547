#pragma once

/// Which known word a mistyped one was probably meant to be. Answers nothing
/// rather than something far-fetched: a wrong suggestion is worse than none.

#include <span>
#include <string>
#include <string_view>

namespace baton::config {

/// The candidate with the fewest edits (insert, delete, replace, swap of
/// neighbours; Damerau 1964), if that is at most a third of the word's length
/// and at least one; empty otherwise, and for a single letter, which is near
/// everything. Ties go to the earlier candidate.
[[nodiscard]] std::string nearest(std::string_view word, std::span<const std::string> candidates);

/// "; did you mean \"x\"?", or nothing when no candidate is near.
[[nodiscard]] std::string did_you_mean(std::string_view word,
                                       std::span<const std::string> candidates);

}  // namespace baton::config
