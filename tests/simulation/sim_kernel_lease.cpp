#include "simulation/sim_kernel_lease.hpp"

#include <utility>

namespace baton::simulation {

namespace {

constexpr Duration call_time = microseconds{150};
constexpr Duration renewal_step = milliseconds{125};

}  // namespace

void SimKernelLease::hold(bool held) {
    if (std::exchange(held_, held) == held) return;
    for (auto& [port, each] : ports_) {
        each = Port{Instant::never(), ++lives_, Instant::never()};
        if (!held) machine_.kernel().release(port);
    }
}

/// A call that a frozen agent had begun grants, when it goes on, no more than
/// was asked for: see the two halves of adapters/kernel_lease.
void SimKernelLease::extend(std::uint16_t port, Instant when) {
    if (loop_->stopped()) return;
    const auto [place, fresh] = ports_.try_emplace(port);
    if (fresh) place->second.life = ++lives_;
    if (!held_ || when < place->second.told + renewal_step) return;
    place->second.told = when;
    loop_->arrive(call_time, [this, port, when, life = place->second.life] {
        const auto found = ports_.find(port);
        if (found == ports_.end() || found->second.life != life) return;
        machine_.kernel().extend(port, when);
        const bool known = std::exchange(found->second.passes, when) != Instant::never();
        if (!known && changed_) changed_();
    });
}

void SimKernelLease::release(std::uint16_t port) {
    if (loop_->stopped()) return;
    ports_.erase(port);
    loop_->arrive(call_time, [this, port] {
        if (!ports_.contains(port)) machine_.kernel().release(port);
    });
}

Instant SimKernelLease::passes_until(std::uint16_t port) {
    const auto found = ports_.find(port);
    return found == ports_.end() ? Instant::never() : found->second.passes;
}

KernelLeaseStatus SimKernelLease::status() {
    KernelLeaseStatus status;
    status.state = KernelLeaseState::verified;
    status.trusted = true;
    return status;
}

}  // namespace baton::simulation
