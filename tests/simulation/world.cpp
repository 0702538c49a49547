#include "simulation/world.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <utility>

namespace baton::simulation {

void World::at(Instant when, std::function<void()> action) {
    queue_.push_back(Event{std::max(when, now_), next_sequence_++, std::move(action)});
    std::push_heap(queue_.begin(), queue_.end(), Later{});
}

void World::run_until(Instant end) {
    while (!queue_.empty() && queue_.front().when <= end && broken_.empty()) {
        std::pop_heap(queue_.begin(), queue_.end(), Later{});
        Event event = std::move(queue_.back());
        queue_.pop_back();
        now_ = event.when;
        ++events_;
        mix(static_cast<std::uint64_t>(now_.since_boot.count()));
        mix(event.sequence);
        event.action();
    }
    if (broken_.empty()) now_ = std::max(now_, end);
}

void World::mix(std::uint64_t value) {
    digest_ = (digest_ ^ value) * 0x100000001b3ULL;
}

void World::note(const std::string& who, const std::string& text) {
    char stamp[32];
    std::snprintf(stamp, sizeof stamp, "%10.4f s  ",
                  std::chrono::duration<double>(now_.since_boot).count());
    std::string line = stamp + who + std::string(who.size() < 8 ? 8 - who.size() : 1, ' ') + text;
    for (const char each : line) mix(static_cast<unsigned char>(each));
    if (loud_) std::fprintf(stderr, "%s\n", line.c_str());
    notes_.push_back(std::move(line));
    if (notes_.size() > notes_kept) notes_.pop_front();
}

void World::fail(const std::string& property, const std::string& sentence) {
    if (!broken_.empty()) return;
    note("checker", property + ": " + sentence);
    broken_ = property + ": " + sentence;
}

Duration World::stopwatch() const {
    if (!measuring_) return {};
    timespec spent{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
    return seconds{spent.tv_sec} + std::chrono::nanoseconds{spent.tv_nsec} - aside_;
}

Instant Clock::local(Instant truth) const {
    const std::int64_t t = truth.since_boot.count();
    return Instant{offset +
                   Duration{t + t / 1'000'000 * drift_ppm + t % 1'000'000 * drift_ppm / 1'000'000}};
}

Instant Clock::truth(Instant when) const {
    if (when >= Instant::forever()) return Instant::forever();
    const std::int64_t t = (when.since_boot - offset).count();
    if (t <= 0) return Instant{};
    Instant guess{Duration{t - t / 1'000'000 * drift_ppm}};
    while (local(guess) >= when) guess = guess - Duration{1'000'000};
    guess =
        guess + Duration{std::max<std::int64_t>(0, (when - local(guess)).count() * 999 / 1000 - 2)};
    while (local(guess) < when) guess = guess + Duration{1};
    return guess;
}

}  // namespace baton::simulation
