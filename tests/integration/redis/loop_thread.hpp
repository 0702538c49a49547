#pragma once

/// A real loop, and a way to wait for what is answered on it.

#include "adapters/factories.hpp"
#include "process.hpp"

#include <functional>
#include <future>
#include <memory>
#include <thread>
#include <utility>

namespace baton::adapters {

/// A loop on a thread of its own.
class LoopThread {
public:
    LoopThread() : loop_(make_loop()), thread_([this] { loop_->run(); }) {}
    ~LoopThread() {
        loop_->stop();
        thread_.join();
    }
    LoopThread(const LoopThread&) = delete;
    LoopThread& operator=(const LoopThread&) = delete;
    RunningLoop& operator*() { return *loop_; }

    /// Runs `call` on the loop and waits for its answer.
    template <typename T>
    Result<T> ask(std::function<void(Instant deadline, Done<T>)> call, int milliseconds = 3000) {
        auto promise = std::make_shared<std::promise<Result<T>>>();
        auto future = promise->get_future();
        loop_->post([this, call, promise, milliseconds] {
            call(loop_->now() + std::chrono::milliseconds{milliseconds},
                 [promise](Result<T> result) { promise->set_value(std::move(result)); });
        });
        if (future.wait_for(patience) != std::future_status::ready) {
            return outcome_unknown("the test lost its patience");
        }
        return future.get();
    }
    /// Destroys something on the loop's thread, where it lives.
    template <typename T>
    void destroy(std::unique_ptr<T>& thing) {
        std::promise<void> gone;
        loop_->post([&] {
            thing.reset();
            gone.set_value();
        });
        gone.get_future().wait();
    }

private:
    std::unique_ptr<RunningLoop> loop_;
    std::thread thread_;
};

}  // namespace baton::adapters
