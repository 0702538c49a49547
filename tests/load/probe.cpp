#include "probe.hpp"

#include <algorithm>

namespace baton::load {

Probe::Probe() : thread_([this](const std::stop_token& stop) { run(stop); }) {}

void Probe::run(const std::stop_token& stop) {
    constexpr auto step = std::chrono::milliseconds{1};
    while (!stop.stop_requested()) {
        const auto asleep = Clock::now();
        std::this_thread::sleep_for(step);
        const Duration late = Clock::now() - asleep - step;
        longest_.store(std::max(longest_.load(), std::int64_t{late.count()}));
    }
}

}  // namespace baton::load
