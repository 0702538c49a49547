#pragma once

/// How a process looks from outside, from /proc alone. Facts about one moment;
/// whether it hangs is for whoever also knows how long it has been silent.

#include "core/cluster/report.hpp"
#include "guard/processes.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace baton::adapters {

/// `before`: its CPU ticks at the previous look. Never absent: a process that
/// ended is busy ending until its guard says that it is gone.
[[nodiscard]] cluster::ProcessState judge(const guard::ProcessStat& now,
                                          std::optional<std::uint64_t> before);

/// The path of the unified hierarchy in the text of /proc/<pid>/cgroup; empty
/// if there is none.
[[nodiscard]] std::string_view unified_group(std::string_view text);

/// Whether the process is in a frozen group of the unified hierarchy at
/// /sys/fs/cgroup. Version 1 freezers are not looked at.
[[nodiscard]] bool in_frozen_group(std::int64_t pid);

}  // namespace baton::adapters
