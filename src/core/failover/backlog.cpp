#include "core/failover/backlog.hpp"

#include <algorithm>
#include <bit>

namespace baton::failover {

namespace {

constexpr Duration growth_interval = std::chrono::seconds{1};
constexpr std::size_t growth_samples_max = 11;

}  // namespace

std::uint64_t backlog_size(std::uint64_t bytes_per_second, std::uint64_t present,
                           const BacklogBounds& bounds) {
    constexpr auto window = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::seconds>(backlog_window).count());
    const std::uint64_t wanted =
        std::bit_ceil(std::min(bytes_per_second, bounds.most / window) * window);
    return std::max(present, std::clamp(wanted, bounds.least, bounds.most));
}

void Growth::saw(std::uint64_t offset, Instant now) {
    const bool fell = !samples_.empty() && offset < samples_.back().offset;
    if (fell) samples_.clear();
    if (!samples_.empty() && now < samples_.back().at + growth_interval) return;
    samples_.push_back({now, offset});
    if (samples_.size() > growth_samples_max) samples_.pop_front();
}

std::uint64_t Growth::bytes_per_second() const {
    if (samples_.size() < 2) return 0;
    const double time =
        std::chrono::duration<double>(samples_.back().at - samples_.front().at).count();
    return static_cast<std::uint64_t>(
        static_cast<double>(samples_.back().offset - samples_.front().offset) / time);
}

}  // namespace baton::failover
