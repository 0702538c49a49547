#include "adapters/time/timer_queue.hpp"

#include "adapters/time/boot_clock.hpp"
#include "base/check.hpp"

#include <sys/timerfd.h>

#include <algorithm>
#include <chrono>
#include <vector>

namespace baton::adapters {

namespace {

int make_kernel_timer() {
    const int timer = ::timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);
    BATON_CHECK(timer >= 0);
    return timer;
}

/// Zero would disarm it.
itimerspec expiring_at(Instant when) {
    const auto since_boot = std::max(when.since_boot, Duration{1});
    const auto seconds = std::chrono::floor<std::chrono::seconds>(since_boot);
    itimerspec expiry{};
    expiry.it_value.tv_sec = seconds.count();
    expiry.it_value.tv_nsec = (since_boot - seconds).count();
    return expiry;
}

}  // namespace

TimerQueue::TimerQueue(boost::asio::io_context& context)
    : kernel_timer_(context, make_kernel_timer()) {
    wait();
}

TimerId TimerQueue::add(Instant when, std::function<void()> action) {
    const TimerId timer = next_++;
    const auto place = actions_.emplace(Key{when, timer}, std::move(action)).first;
    deadlines_.emplace(timer, when);
    if (place == actions_.begin() && !firing_) arm();
    return timer;
}

void TimerQueue::cancel(TimerId timer) {
    const auto deadline = deadlines_.find(timer);
    if (deadline == deadlines_.end()) return;
    actions_.erase(Key{deadline->second, timer});
    deadlines_.erase(deadline);
}

/// The kernel tells of an expiry once, and of the next one after it was set anew:
/// nothing need be read.
void TimerQueue::wait() {
    kernel_timer_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                             [this](boost::system::error_code error) {
                                 if (!error) fire();
                             });
}

/// Only what is due now: what its actions add waits for the next turn of the loop,
/// so that sockets get theirs.
void TimerQueue::fire() {
    wait();
    std::vector<Key> due;
    const Instant now = boot_time();
    for (auto at = actions_.begin(); at != actions_.end() && at->first.first <= now; ++at) {
        due.push_back(at->first);
    }
    firing_ = true;
    for (const Key& key : due) run(key);
    firing_ = false;
    arm();
}

/// Another one's action may have cancelled it.
void TimerQueue::run(const Key& key) {
    const auto found = actions_.find(key);
    if (found == actions_.end()) return;
    const std::function<void()> action = std::move(found->second);
    actions_.erase(found);
    deadlines_.erase(key.second);
    action();
}

void TimerQueue::arm() {
    if (actions_.empty()) return;
    const Instant earliest = actions_.begin()->first.first;
    if (earliest == Instant::forever()) return;
    const itimerspec expiry = expiring_at(earliest);
    BATON_CHECK(::timerfd_settime(kernel_timer_.native_handle(), TFD_TIMER_ABSTIME, &expiry,
                                  nullptr) == 0);
}

}  // namespace baton::adapters
