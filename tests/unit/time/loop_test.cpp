// The event loop on real time: order, cancelling, and what a timer may add.
#include "adapters/factories.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace baton::adapters {
namespace {

using std::chrono::milliseconds;

class RealLoop : public ::testing::Test {
protected:
    /// Notes `name` when it fires.
    TimerId note(Duration after, const std::string& name) {
        return loop->at(began + after, [this, name] { order += name; });
    }
    void end(Duration after) {
        loop->at(began + after, [this] { loop->stop(); });
    }

    std::unique_ptr<RunningLoop> loop = make_loop();
    Instant began = loop->now();
    std::string order;
};

TEST_F(RealLoop, TimersFireByDeadlineAndNeverBeforeIt) {
    note(milliseconds{20}, "c");
    note(milliseconds{5}, "a");
    note(milliseconds{10}, "b");
    Instant fired;
    loop->at(began + milliseconds{25}, [&] { fired = loop->now(); });
    end(milliseconds{30});
    loop->run();
    EXPECT_EQ(order, "abc");
    EXPECT_GE(fired, began + milliseconds{25});
}

TEST_F(RealLoop, TimersOfOneInstantFireInTheOrderTheyWereMade) {
    for (const char* name : {"a", "b", "c"}) note(milliseconds{5}, name);
    end(milliseconds{6});
    loop->run();
    EXPECT_EQ(order, "abc");
}

TEST_F(RealLoop, WhatIsLongPastFiresAtOnce) {
    loop->at(Instant::never(), [this] { order += "a"; });
    note(-milliseconds{5}, "b");
    end(milliseconds{1});
    loop->run();
    EXPECT_EQ(order, "ab");
}

TEST_F(RealLoop, ACancelledTimerNeverFiresEvenWhereAnotherOfItsTurnCancelsIt) {
    loop->cancel(note(milliseconds{1}, "x"));
    TimerId later = 0;
    loop->at(began + milliseconds{2}, [&] { loop->cancel(later); });
    later = note(milliseconds{2}, "y");
    note(milliseconds{3}, "a");
    end(milliseconds{4});
    loop->run();
    EXPECT_EQ(order, "a");
}

TEST_F(RealLoop, AnEarlierTimerIsNotHeldUpByALaterOne) {
    note(std::chrono::hours{1}, "x");
    loop->post([this] {
        note(milliseconds{2}, "a");
        end(milliseconds{3});
    });
    loop->run();
    EXPECT_EQ(order, "a");
}

TEST_F(RealLoop, ATimerThatAlwaysAddsADueOneLeavesOthersTheirTurn) {
    int rounds = 0;
    std::function<void()> again = [&] {
        if (++rounds == 1000) return loop->stop();
        loop->at(began, again);
    };
    again();
    int posted = 0;
    loop->post([&] { posted = rounds; });
    loop->run();
    EXPECT_GT(posted, 0);
    EXPECT_LT(posted, 1000);
}

TEST_F(RealLoop, AFiredTimerMayBeCancelled) {
    const TimerId fired = note(milliseconds{1}, "a");
    loop->at(began + milliseconds{2}, [&] { loop->cancel(fired); });
    end(milliseconds{3});
    loop->run();
    EXPECT_EQ(order, "a");
}

}  // namespace
}  // namespace baton::adapters
