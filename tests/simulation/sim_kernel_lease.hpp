#pragma once

/// The agent's end of the machine's kernel table, as the port `KernelLease`: a
/// call takes a moment, and not every extension is worth one.

#include "ports/kernel_lease.hpp"
#include "simulation/machine.hpp"

#include <map>
#include <memory>

namespace baton::simulation {

class SimKernelLease final : public KernelLease {
public:
    SimKernelLease(Machine& machine, std::shared_ptr<SimLoop> loop)
        : machine_(machine), loop_(std::move(loop)) {}

    void start(std::function<void()> changed) override { changed_ = std::move(changed); }
    void hold(bool held) override;
    void extend(std::uint16_t port, Instant when) override;
    void release(std::uint16_t port) override;
    [[nodiscard]] Instant passes_until(std::uint16_t port) override;
    [[nodiscard]] KernelLeaseStatus status() override;

private:
    struct Port {
        Instant told = Instant::never();
        std::uint64_t life = 0;
        Instant passes = Instant::never();
    };

    Machine& machine_;
    std::shared_ptr<SimLoop> loop_;
    std::function<void()> changed_;
    std::map<std::uint16_t, Port> ports_;
    std::uint64_t lives_ = 0;
    bool held_ = true;
};

}  // namespace baton::simulation
