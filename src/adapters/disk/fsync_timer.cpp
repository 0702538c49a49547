#include "adapters/disk/fsync_timer.hpp"

#include <algorithm>
#include <ctime>
#include <limits>
#include <vector>

namespace baton::adapters::disk {
namespace {

std::int64_t nanoseconds_since_boot() {
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

FsyncTimer::Measure::Measure(FsyncTimer& timer)
    : timer_(timer), started_(nanoseconds_since_boot()) {
    timer_.started_.store(started_, std::memory_order_release);
}

FsyncTimer::Measure::~Measure() {
    timer_.started_.store(0, std::memory_order_release);
    const std::int64_t took = (nanoseconds_since_boot() - started_) / 1000 + 1;  // Rounded up.
    const auto longest = std::int64_t{std::numeric_limits<std::uint32_t>::max()};
    const std::size_t number = timer_.measured_.load(std::memory_order_relaxed);
    timer_.microseconds_[number % window].store(static_cast<std::uint32_t>(std::min(took, longest)),
                                                std::memory_order_relaxed);
    timer_.measured_.store(number + 1, std::memory_order_release);
}

Duration FsyncTimer::stalled_for(Instant now) const {
    const std::int64_t started = started_.load(std::memory_order_acquire);
    if (started == 0) {
        return Duration::zero();
    }
    return std::max(Duration::zero(), now.since_boot - Duration{started});
}

double FsyncTimer::p99_milliseconds() const {
    const std::size_t count = std::min(measured_.load(std::memory_order_acquire), window);
    if (count == 0) {
        return 0;
    }
    std::vector<std::uint32_t> sorted;
    for (std::size_t at = 0; at < count; ++at) {
        sorted.push_back(microseconds_[at].load(std::memory_order_relaxed));
    }
    std::sort(sorted.begin(), sorted.end());
    return sorted[(count - 1) * 99 / 100] / 1000.0;
}

}  // namespace baton::adapters::disk
