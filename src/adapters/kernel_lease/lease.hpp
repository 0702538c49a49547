#pragma once

/// The port `KernelLease` over nftables. What is wanted is written down under a
/// lock; a thread of its own tells the kernel, another one proves with packets
/// of its own that the kernel obeys. A grant counts only when the clock, read
/// after the call, says that it cannot outlive what was asked for: a call that
/// was held up, or a process frozen in the middle of it, grants nothing.

#include "adapters/kernel_lease.hpp"
#include "adapters/kernel_lease/halves.hpp"
#include "adapters/kernel_lease/netfilter.hpp"
#include "adapters/kernel_lease/ruleset.hpp"

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace baton::kernel_lease {

/// By how much a port's end may lie behind before the kernel is told again.
inline constexpr Duration renewal_step = std::chrono::milliseconds{125};
/// Packets may outlive a grant by this much, a third of the margin.
inline constexpr Duration lateness_max = std::chrono::microseconds{3333};

class NftLease final : public KernelLease {
public:
    NftLease(Loop& loop, Netfilter netfilter, Ruleset ruleset, std::string host);
    ~NftLease() override;
    NftLease(const NftLease&) = delete;
    NftLease& operator=(const NftLease&) = delete;

    void start(std::function<void()> changed) override;
    void hold(bool held) override;
    void extend(std::uint16_t port, Instant when) override;
    void release(std::uint16_t port) override;
    /// As `extend`, of a port that is held also while no others are: what has failed
    /// can only count again after it was tried.
    void extend_for_proof(std::uint16_t port, Instant when);
    [[nodiscard]] Instant passes_until(std::uint16_t port) override;
    [[nodiscard]] KernelLeaseStatus status() override;

private:
    /// What was asked for.
    struct Wanted {
        Instant until = Instant::never();
        Instant granted = Instant::never();  ///< Both halves were written, for this end at least.
        Instant passes = Instant::never();   ///< What the kernel has, also after a failure.
        std::uint64_t life = 0;              ///< Differs for every time a port is taken up.
        bool proves = false;

        [[nodiscard]] bool due() const { return until >= granted + renewal_step; }
    };
    void renew_for_ever();
    void prove_for_ever();
    void extend(std::uint16_t port, Instant when, bool proves);
    void leave(std::uint16_t port, bool ran);
    [[nodiscard]] std::vector<Due> due() const;
    [[nodiscard]] Result<void> adopt();
    [[nodiscard]] Result<Duration> renew(const std::vector<Due>& ports);
    [[nodiscard]] Result<bool> write(Half half, const std::vector<Due>& ports, Duration expected);
    [[nodiscard]] Result<void> let_go(const std::map<std::uint16_t, bool>& ports);
    void forget_passage(const std::vector<std::uint16_t>& ports);
    void note(const Result<Duration>& shorter, const std::vector<Due>& ports);
    void note_proof(const Result<Duration>& lateness);
    void tell_change();
    [[nodiscard]] std::string problem() const;
    [[nodiscard]] std::string not_in_place() const;

    Loop& loop_;
    Netfilter netfilter_;
    const Ruleset ruleset_;
    const std::string host_;
    Halves halves_;                    ///< Of the renewing thread alone.
    std::set<std::uint16_t> guarded_;  ///< The same.
    /// Until when, at least, packets pass by what was found or written; the same.
    std::map<std::uint16_t, Instant> passing_;
    Duration took_{0};  ///< The latest write; the same.

    std::mutex mutex_;  ///< Guards all that follows.
    std::condition_variable work_;
    std::condition_variable ended_;
    std::map<std::uint16_t, Wanted> wanted_;
    std::map<std::uint16_t, bool>
        leaving_;  ///< True: its lease still ran, so nothing was held back.
    std::uint64_t lives_ = 0;
    bool held_ = true;
    std::deque<Duration> lateness_;  ///< Of the newest proofs.
    std::string failure_;            ///< Of the latest call; empty: it worked.
    std::string unproven_ = "it is being proven";
    Instant call_began_ = Instant::forever();
    KernelLeaseStatus counts_;
    bool ending_ = false;
    std::function<void()> changed_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
    std::thread renewing_;
    std::thread proving_;
};

}  // namespace baton::kernel_lease
