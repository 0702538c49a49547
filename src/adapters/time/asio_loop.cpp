#include "adapters/factories.hpp"
#include "adapters/time/boot_clock.hpp"
#include "adapters/time/timer_queue.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <utility>

namespace baton::adapters {

namespace {

namespace asio = boost::asio;

class AsioLoop final : public RunningLoop {
public:
    AsioLoop() : context_(1), work_(asio::make_work_guard(context_)), timers_(context_) {}

    Instant now() override { return boot_time(); }

    std::int64_t wall_milliseconds() override {
        return std::chrono::duration_cast<std::chrono::milliseconds>(
                   std::chrono::system_clock::now().time_since_epoch())
            .count();
    }

    TimerId at(Instant when, std::function<void()> action) override {
        return timers_.add(when, std::move(action));
    }

    void cancel(TimerId timer) override { timers_.cancel(timer); }

    void post(std::function<void()> action) override { asio::post(context_, std::move(action)); }

    void run() override { context_.run(); }
    void stop() override { context_.stop(); }
    void* io_context() override { return &context_; }

private:
    asio::io_context context_;
    asio::executor_work_guard<asio::io_context::executor_type> work_;
    TimerQueue timers_;
};

}  // namespace

std::unique_ptr<RunningLoop> make_loop() { return std::make_unique<AsioLoop>(); }

}  // namespace baton::adapters
