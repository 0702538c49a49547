#pragma once

/// Looks for acknowledged writes that are gone: reads them back through the
/// front door. Blocking, with a deadline; it changes nothing unless asked to
/// remove what it has read.

#include "history.hpp"
#include "settings.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace baton::load {

struct Verdict {
    std::uint64_t acknowledged = 0;
    std::uint64_t lost = 0;
    std::vector<std::string> examples;  ///< At most ten of the lost keys.
    std::string error;                  ///< Not empty: not everything could be read in time.
};

struct Question {
    std::string run;
    AcknowledgedKeys keys;
    bool drop = false;  ///< Remove the keys that were read, so that the data set stays small.
};

[[nodiscard]] Verdict verify(const Settings& settings, const Question& question, Instant deadline);

/// The acknowledged keys of a log that `History` wrote.
[[nodiscard]] std::optional<Question> read_log(const std::string& path);

}  // namespace baton::load
