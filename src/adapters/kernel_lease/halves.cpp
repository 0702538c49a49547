#include "adapters/kernel_lease/halves.hpp"

#include <algorithm>
#include <chrono>

namespace baton::kernel_lease {

namespace {

using std::chrono::milliseconds;

constexpr std::array<Instant, 2> nothing{Instant::never(), Instant::never()};

std::size_t at(Half half) {
    return half == Half::first ? 0 : 1;
}

}  // namespace

void Halves::found(Half half, std::uint16_t port, Instant end) {
    ends_.try_emplace(port, nothing).first->second.at(at(half)) = end;
}

Instant Halves::end(Half half, std::uint16_t port) const {
    const auto known = ends_.find(port);
    return known == ends_.end() ? Instant::never() : known->second.at(at(half));
}

Write Halves::plan(Half half, std::span<const Due> ports, Instant back) const {
    Write write;
    write.half = half;
    for (const Due& each : ports) {
        const milliseconds left{whole_milliseconds(each.until - back)};
        write.grants.push_back({each.port, std::max(left, milliseconds{1})});
        const bool other_lasts_too_long = end(other(half), each.port) > each.until + overrun_max;
        if (other_lasts_too_long) write.withdrawn.push_back(each.port);
    }
    return write;
}

bool Halves::returned(const Write& write, std::span<const Due> ports, Instant after, bool taken) {
    bool in_time = taken;
    for (std::size_t i = 0; i < ports.size(); ++i) {
        const Instant latest = after + write.grants[i].timeout;
        const Instant before = end(write.half, ports[i].port);
        found(write.half, ports[i].port, taken ? latest : std::max(latest, before));
        in_time = in_time && latest <= ports[i].until + overrun_max;
    }
    if (!taken) return false;
    for (const std::uint16_t port : write.withdrawn) {
        found(other(write.half), port, Instant::never());
    }
    return in_time;
}

}  // namespace baton::kernel_lease
