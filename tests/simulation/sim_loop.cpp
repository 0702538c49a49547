#include "simulation/sim_loop.hpp"

#include <algorithm>
#include <utility>

namespace baton::simulation {

namespace {

/// From one thread to another, or to the same one's next turn.
constexpr Duration post_latency = microseconds{8};
/// A timer is late by up to this much on a healthy machine.
constexpr Duration timer_slack_max = microseconds{150};

}  // namespace

TimerId SimLoop::keep(Instant truth, std::function<void()> action) {
    if (stopped_) return next_++;
    const TimerId timer = next_++;
    if (truth >= Instant::forever()) return timer;
    actions_.emplace(timer, std::move(action));
    world_.at(truth, [weak = weak_from_this(), timer] {
        if (const auto self = weak.lock()) self->due(timer);
    });
    return timer;
}

TimerId SimLoop::at(Instant when, std::function<void()> action) {
    const Instant truth = clock_.truth(when);
    if (truth >= Instant::forever()) return keep(truth, std::move(action));
    return keep(truth + world_.random().between(Duration{0}, timer_slack_max), std::move(action));
}

void SimLoop::post(std::function<void()> action) {
    keep(world_.now() + post_latency, std::move(action));
}

void SimLoop::arrive(Duration pause, std::function<void()> action) {
    keep(world_.now() + pause, std::move(action));
}

void SimLoop::due(TimerId timer) {
    if (paused_ || busy_) return late_.push_back(timer);
    run(timer);
}

void SimLoop::run(TimerId timer) {
    const auto found = actions_.find(timer);
    if (found == actions_.end()) return;
    const auto action = std::move(found->second);
    actions_.erase(found);
    const auto self = shared_from_this();  // The action may end the agent.
    const Duration took = world_.timed(action);
    worked_ += took;
    longest_ = std::max(longest_, took);
    if (!world_.charging()) return;
    busy_ = true;
    world_.after(took, [weak = weak_from_this()] {
        if (const auto loop = weak.lock()) loop->go_on();
    });
}

void SimLoop::go_on() {
    busy_ = false;
    while (!busy_ && !paused_ && !late_.empty()) {
        const TimerId next = late_.front();
        late_.pop_front();
        run(next);
    }
}

void SimLoop::resume() {
    if (!paused_) return;
    paused_ = false;
    for (const TimerId timer : std::exchange(late_, {})) {
        world_.after(post_latency, [weak = weak_from_this(), timer] {
            if (const auto self = weak.lock()) self->due(timer);
        });
    }
}

void SimLoop::stop() {
    stopped_ = true;
    actions_.clear();
    late_.clear();
}

}  // namespace baton::simulation
