#pragma once

/// What a machine's kernel holds of leases: outlives agent, guard and server,
/// and needs none of them to be awake. Its timers stand still while the machine
/// is paused as a whole, and are gone when it crashes.

#include "base/time.hpp"

#include <cstdint>
#include <map>

namespace baton::simulation {

class KernelTable {
public:
    void extend(std::uint16_t port, Instant when) { ends_[port] = when; }
    void release(std::uint16_t port) { ends_.erase(port); }
    void forget() { ends_.clear(); }
    /// The machine was paused for so long.
    void stood_still(Duration time) {
        for (auto& [port, end] : ends_) end = end + time;
    }
    [[nodiscard]] bool passes(std::uint16_t port, Instant now) const {
        const auto found = ends_.find(port);
        return found == ends_.end() || now < found->second;
    }

private:
    std::map<std::uint16_t, Instant> ends_;
};

}  // namespace baton::simulation
