#pragma once

/// One thread of one process under virtual time: the port `Loop`. Paused, it
/// keeps what comes due and runs it on resumption in the same order, and so it does
/// while it is busy, where the world charges for time; stopped, it ignores every later
/// call, those of destructors included.

#include "ports/loop.hpp"
#include "simulation/world.hpp"

#include <deque>
#include <memory>
#include <unordered_map>
#include <utility>

namespace baton::simulation {

class SimLoop final : public Loop, public std::enable_shared_from_this<SimLoop> {
public:
    SimLoop(World& world, const Clock& clock) : world_(world), clock_(clock) {}

    [[nodiscard]] Instant now() override { return clock_.local(world_.now()); }
    [[nodiscard]] std::int64_t wall_milliseconds() override {
        return 1'700'000'000'000 + whole_milliseconds(world_.now().since_boot);
    }
    TimerId at(Instant when, std::function<void()> action) override;
    void cancel(TimerId timer) override { actions_.erase(timer); }
    void post(std::function<void()> action) override;

    /// As `post`, after a time measured by the world: for what arrives from outside.
    void arrive(Duration pause, std::function<void()> action);

    void pause() { paused_ = true; }
    void resume();
    void stop();
    [[nodiscard]] bool stopped() const { return stopped_; }
    [[nodiscard]] std::size_t waiting() const { return actions_.size(); }
    /// Real processor time of what ran here, while the world measures it.
    [[nodiscard]] Duration worked() const { return worked_; }
    /// The longest that anything waited for one action, in that time, since this was asked last.
    [[nodiscard]] Duration take_longest() { return std::exchange(longest_, Duration{0}); }

private:
    TimerId keep(Instant truth, std::function<void()> action);
    void due(TimerId timer);
    void run(TimerId timer);
    void go_on();

    World& world_;
    const Clock& clock_;
    std::unordered_map<TimerId, std::function<void()>> actions_;
    std::deque<TimerId> late_;
    TimerId next_ = 1;
    Duration worked_{0};
    Duration longest_{0};
    bool paused_ = false;
    bool busy_ = false;  ///< With an action whose time is charged.
    bool stopped_ = false;
};

}  // namespace baton::simulation
