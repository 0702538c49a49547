#pragma once

/// The agent's writing end of the deadlines: plain stores into the shared
/// memory, and one wake-up when the first deadline is set. Answers whether the
/// guard is awake. Members other than `verified` and `lateness` are for one
/// thread.

#include "adapters/guard/descriptors.hpp"
#include "ports/guard.hpp"

namespace baton::adapters {

/// A guard whose last turn is older than this does not count as one; it makes
/// a turn each 50 ms at least while an agent is connected.
inline constexpr Duration heartbeat_age_max = std::chrono::milliseconds{100};

class SharedDeadlines final : public Deadlines {
public:
    explicit SharedDeadlines(Inherited inherited);

    void set(const std::string& name, Instant when) override;
    void clear(const std::string& name) override;
    /// Also false once a name found no slot: its server is not watched.
    [[nodiscard]] bool verified() override;
    [[nodiscard]] GuardLateness lateness() override;

private:
    /// nullptr if there is none.
    guard::Slot* slot_of(const std::string& name);
    /// nullptr if there is no room or the name is impossible.
    guard::Slot* make_slot(const std::string& name);
    void wake_guard() const;

    Inherited inherited_;
    std::atomic<bool> unwatched_{false};
};

}  // namespace baton::adapters
