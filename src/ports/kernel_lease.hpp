#pragma once

/// The port to the kernel's own lease: packets of a primary pass only while a
/// timer of the kernel runs, which nobody has to be awake for. It closes a port
/// in both directions, on open connections too, also while agent, guard and
/// server are frozen. It decides nothing about who is primary.

#include "base/time.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace baton {

enum class KernelLeaseState {
    absent,      ///< Not wanted, or this machine does not permit it.
    unverified,  ///< It is there, but not proven, or it was late or failed lately.
    verified,    ///< Proven with packets, in time, and every port it was given is in place.
};

struct KernelLeaseStatus {
    KernelLeaseState state = KernelLeaseState::absent;
    bool trusted = false;  ///< It works and is in time: ports may be held.
    std::string reason;                 ///< Empty when verified.
    Instant proven = Instant::never();  ///< When packets were last seen to stop.
    Duration late_max{0};               ///< By how much packets outlived a lease, at the most.
    Duration late_p99{0};               ///< Of the newest proofs.
    Duration renewal_max{0};            ///< The longest call into the kernel.
    std::uint64_t proofs = 0;
    std::uint64_t renewals = 0;
    std::uint64_t overruns = 0;  ///< Calls that returned too late and were repeated.
};

class KernelLease {
public:
    virtual ~KernelLease() = default;

    /// Called once; `changed` runs on the owner's loop whenever what `passes_until` or
    /// `status` answer may have changed.
    virtual void start(std::function<void()> changed) = 0;
    /// Whether ports are held at all, at first they are. Held no longer, they are
    /// remembered, and their packets pass; held again, they are taken over anew.
    virtual void hold(bool held) = 0;
    /// While ports are held, packets of `port` pass until `when` and no longer,
    /// whatever becomes of this process. Never blocks: the kernel is told elsewhere, and
    /// not of every small extension.
    virtual void extend(std::uint16_t port, Instant when) = 0;
    /// The server is a confirmed standby, or gone: its packets pass again.
    virtual void release(std::uint16_t port) = 0;
    /// Until when packets of `port` pass at least, a millisecond more or less, if
    /// nothing is extended any more; never: the kernel has not taken it over yet.
    [[nodiscard]] virtual Instant passes_until(std::uint16_t port) = 0;
    [[nodiscard]] virtual KernelLeaseStatus status() = 0;
};

/// Where there is none.
class NoKernelLease final : public KernelLease {
public:
    explicit NoKernelLease(std::string reason) { status_.reason = std::move(reason); }

    void start(std::function<void()> /*changed*/) override {}
    void hold(bool /*held*/) override {}
    void extend(std::uint16_t /*port*/, Instant /*when*/) override {}
    void release(std::uint16_t /*port*/) override {}
    [[nodiscard]] Instant passes_until(std::uint16_t /*port*/) override {
        return Instant::never();
    }
    [[nodiscard]] KernelLeaseStatus status() override { return status_; }

private:
    KernelLeaseStatus status_;
};

}  // namespace baton
