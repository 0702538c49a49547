#pragma once

/// Was this machine itself late? A thread that asks for 1 ms of sleep over and
/// over and remembers how much longer it got. A run during which the probe was
/// late says little about the server, and is marked, never dropped.

#include "time.hpp"

#include <atomic>
#include <cstdint>
#include <thread>

namespace baton::load {

class Probe {
public:
    Probe();

    /// The longest oversleep since the last `restart`.
    [[nodiscard]] Duration longest() const { return Duration{longest_.load()}; }
    void restart() { longest_.store(0); }

private:
    void run(const std::stop_token& stop);

    std::atomic<std::int64_t> longest_{0};  ///< Nanoseconds.
    std::jthread thread_;                   ///< Last: it uses the counter.
};

}  // namespace baton::load
