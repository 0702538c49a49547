#include "api/event_feed.hpp"

#include <gtest/gtest.h>

#include "fakes.hpp"

namespace baton::api {
namespace {

struct EventFeedTest : ::testing::Test {
    sample::FakeAccess access;
    sample::StillLoop loop;
    std::string text;
    bool accepting = true;

    Feed::Write write() {
        return [this](const std::string& piece) {
            text += piece;
            return accepting;
        };
    }
    [[nodiscard]] std::size_t count(const std::string& part) const {
        std::size_t found = 0;
        for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
            ++found;
        }
        return found;
    }
};

TEST_F(EventFeedTest, SendsWhatIsKeptAndThenWhatHappensWithoutGap) {
    for (std::uint64_t number = 1; number <= 250; ++number) access.happen(number);
    const auto feed = make_event_feed(access, loop, 3);
    feed->start(write());
    access.happen(251);
    for (int step = 0; step < 5; ++step) loop.run(std::chrono::milliseconds{5});
    access.happen(252);
    EXPECT_EQ(count("\nevent: lease.lost\n"), 250U);
    EXPECT_EQ(count("id: 2\n"), 0U);
    EXPECT_EQ(count("id: 251\n"), 1U);
    EXPECT_EQ(count("id: 252\n"), 1U);
}

TEST_F(EventFeedTest, SendsOnlyNewEventsWhenNoNumberIsGiven) {
    access.happen(1);
    const auto feed = make_event_feed(access, loop, std::nullopt);
    feed->start(write());
    EXPECT_EQ(count("id: "), 0U);
    access.happen(2);
    EXPECT_EQ(count("id: 2\n"), 1U);
}

TEST_F(EventFeedTest, SaysThatItIsStillThere) {
    const auto feed = make_event_feed(access, loop, std::nullopt);
    feed->start(write());
    loop.run(feed_comment_every);
    loop.run(feed_comment_every);
    EXPECT_EQ(count(": still here"), 2U);
}

TEST_F(EventFeedTest, WritesNothingAfterItWasCutOff) {
    const auto feed = make_event_feed(access, loop, std::nullopt);
    feed->start(write());
    accepting = false;
    access.happen(1);
    access.happen(2);
    EXPECT_EQ(count("id: "), 1U);
}

TEST_F(EventFeedTest, LeavesNothingBehind) {
    auto feed = make_event_feed(access, loop, std::nullopt);
    feed->start(write());
    feed.reset();
    EXPECT_TRUE(access.sinks.empty());
    EXPECT_EQ(loop.pending(), 0U);
}

}  // namespace
}  // namespace baton::api
