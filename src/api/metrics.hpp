#pragma once

/// The metrics of one agent: one table of names, meanings and readers, from
/// which the Prometheus text and docs/metrics.md come.

#include "api/access.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace baton::api {

/// What the operating system says about this process.
struct ProcessStatistics {
    std::uint64_t resident_bytes = 0;
    double cpu_seconds = 0;
    std::uint64_t open_descriptors = 0;
};
/// Reads /proc/self; zeros where it cannot.
[[nodiscard]] ProcessStatistics read_process_statistics();

struct Sample {
    std::vector<std::pair<std::string_view, std::string>> labels;
    double value = 0;
};

enum class MetricKind { gauge, counter };

struct Metric {
    std::string_view name;
    MetricKind kind;
    std::string_view labels;  ///< For the documentation: "group, instance".
    std::string_view help;
    std::vector<Sample> (*read)(const View& view, const ProcessStatistics& process);
};

[[nodiscard]] std::span<const Metric> metric_table();
/// Prometheus text format 0.0.4.
[[nodiscard]] std::string metrics_text(const View& view, const ProcessStatistics& process);

}  // namespace baton::api
