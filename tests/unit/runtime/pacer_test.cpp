// Acts leave the loop a part of its time, however long they take.
#include "runtime/pacer.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <map>

namespace baton::runtime {
namespace {

using std::chrono::milliseconds;

/// Time passes only where an action says so.
class SlowLoop final : public Loop {
public:
    Instant now() override { return now_; }
    std::int64_t wall_milliseconds() override { return 0; }
    TimerId at(Instant when, std::function<void()> action) override {
        timers_.emplace(when, std::move(action));
        return timers_.size();
    }
    void cancel(TimerId /*timer*/) override {}
    void post(std::function<void()> action) override { timers_.emplace(now_, std::move(action)); }

    void pass(Duration time) { now_ = now_ + time; }
    void run() {
        while (!timers_.empty()) {
            auto next = timers_.extract(timers_.begin());
            now_ = std::max(now_, next.key());
            next.mapped()();
        }
    }

private:
    Instant now_ = Instant{} + milliseconds{1000};
    std::multimap<Instant, std::function<void()>> timers_;
};

TEST(Pacer, PausesFromTheEndOfAnActToTheNext) {
    SlowLoop loop;
    Pacer pacer(loop);
    const Instant began = loop.now();
    pacer.soon(milliseconds{20}, [&] { loop.pass(milliseconds{50}); });
    loop.run();
    Instant second;
    pacer.soon(milliseconds{20}, [&] { second = loop.now(); });
    loop.run();
    EXPECT_EQ(second, began + milliseconds{70});
}

TEST(Pacer, MakesOneActOfWhatComesTogether) {
    SlowLoop loop;
    Pacer pacer(loop);
    int acts = 0;
    for (int news = 0; news < 3; ++news) pacer.soon(milliseconds{20}, [&] { ++acts; });
    loop.run();
    EXPECT_EQ(acts, 1);
}

TEST(Pacer, PausesBeforeAnActThatTheLastOneAskedFor) {
    SlowLoop loop;
    Pacer pacer(loop);
    const Instant began = loop.now();
    Instant second;
    pacer.soon(milliseconds{20},
               [&] { pacer.soon(milliseconds{20}, [&] { second = loop.now(); }); });
    loop.run();
    EXPECT_EQ(second, began + milliseconds{20});
}

}  // namespace
}  // namespace baton::runtime
