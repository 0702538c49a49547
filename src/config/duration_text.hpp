#pragma once

/// Durations as people write them: a whole number and a unit, "150ms", "2m".
/// A number without a unit is refused: guessing seconds or milliseconds wrong
/// by a factor of a thousand would change when a primary is fenced.

#include "base/result.hpp"
#include "base/time.hpp"

#include <string>
#include <string_view>

namespace baton::config {

/// Units: us, ms, s, m, h. Errors: invalid, with an example of what is wanted.
[[nodiscard]] Result<Duration> parse_duration(std::string_view text);

/// The shortest exact text `parse_duration` reads back, down to microseconds.
[[nodiscard]] std::string duration_text(Duration duration);

}  // namespace baton::config
