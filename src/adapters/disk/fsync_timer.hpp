#pragma once

/// How long do durable writes take? Written by the store's thread, read by
/// any; never blocks either.

#include "adapters/factories.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace baton::adapters::disk {

class FsyncTimer final : public FsyncWatch {
public:
    /// How long the write in progress has been running; 0 if none.
    [[nodiscard]] Duration stalled_for(Instant now) const;
    [[nodiscard]] double p99_milliseconds() const override;

    /// One durable write, from construction to destruction.
    class Measure {
    public:
        explicit Measure(FsyncTimer& timer);
        ~Measure();
        Measure(const Measure&) = delete;
        Measure& operator=(const Measure&) = delete;

    private:
        FsyncTimer& timer_;
        std::int64_t started_;
    };

private:
    /// The p99 is over this many writes.
    static constexpr std::size_t window = 512;

    std::atomic<std::int64_t> started_{0};  ///< Nanoseconds since boot; 0: no write is running.
    std::array<std::atomic<std::uint32_t>, window> microseconds_{};
    std::atomic<std::size_t> measured_{0};  ///< Writes so far; the next goes to this modulo window.
};

}  // namespace baton::adapters::disk
