#include "adapters/factories.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <ctime>
#include <map>
#include <utility>

namespace baton::adapters {

namespace {

namespace asio = boost::asio;

/// CLOCK_BOOTTIME as a chrono clock: it goes on during suspend, so a lease
/// cannot outlive a sleeping machine's belief in it.
struct BootClock {
    using duration = std::chrono::nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<BootClock>;
    [[maybe_unused]] static constexpr bool is_steady = true;

    static time_point now() {
        timespec value{};
        ::clock_gettime(CLOCK_BOOTTIME, &value);
        return time_point{std::chrono::seconds{value.tv_sec} +
                          std::chrono::nanoseconds{value.tv_nsec}};
    }
};

using BootTimer = asio::basic_waitable_timer<BootClock>;

class AsioLoop final : public RunningLoop {
public:
    AsioLoop() : context_(1), work_(asio::make_work_guard(context_)) {}

    Instant now() override { return Instant{BootClock::now().time_since_epoch()}; }

    std::int64_t wall_milliseconds() override {
        return std::chrono::duration_cast<std::chrono::milliseconds>(
                   std::chrono::system_clock::now().time_since_epoch())
            .count();
    }

    TimerId at(Instant when, std::function<void()> action) override {
        const TimerId id = next_timer_++;
        auto [place, inserted] = timers_.try_emplace(id, context_);
        place->second.expires_at(BootClock::time_point{when.since_boot});
        place->second.async_wait(
            [this, id, action = std::move(action)](boost::system::error_code error) {
                if (error || timers_.erase(id) == 0) return;
                action();
            });
        return id;
    }

    void cancel(TimerId timer) override { timers_.erase(timer); }

    void post(std::function<void()> action) override { asio::post(context_, std::move(action)); }

    void run() override { context_.run(); }
    void stop() override { context_.stop(); }
    void* io_context() override { return &context_; }

private:
    asio::io_context context_;
    asio::executor_work_guard<asio::io_context::executor_type> work_;
    std::map<TimerId, BootTimer> timers_;
    TimerId next_timer_ = 1;
};

}  // namespace

std::unique_ptr<RunningLoop> make_loop() { return std::make_unique<AsioLoop>(); }

}  // namespace baton::adapters
