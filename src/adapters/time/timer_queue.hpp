#pragma once

/// What is to be done at which instant, for one event loop.

#include "base/time.hpp"
#include "ports/loop.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <functional>
#include <map>
#include <utility>

namespace baton::adapters {

/// The timers of one loop behind one timer of the kernel, set to an instant of
/// CLOCK_BOOTTIME: it goes on during suspend, so what was due meanwhile is due at
/// once. The kernel is told once for each time the earliest timer changes. Belongs to
/// the loop's thread.
class TimerQueue {
public:
    explicit TimerQueue(boost::asio::io_context& context);

    /// Timers of one instant fire in the order in which they were made.
    TimerId add(Instant when, std::function<void()> action);
    /// Afterwards it never fires.
    void cancel(TimerId timer);

private:
    using Key = std::pair<Instant, TimerId>;

    void wait();
    void fire();
    void run(const Key& key);
    void arm();

    boost::asio::posix::stream_descriptor kernel_timer_;
    std::map<Key, std::function<void()>> actions_;
    std::map<TimerId, Instant> deadlines_;
    TimerId next_ = 1;
    bool firing_ = false;
};

}  // namespace baton::adapters
