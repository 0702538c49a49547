// How long a server is believed to have been silent.
#include "core/detector/silence.hpp"

#include <gtest/gtest.h>

namespace baton::detector {
namespace {

using namespace std::chrono_literals;

Instant at(std::chrono::milliseconds since) {
    return Instant{1h} + since;
}

/// A server that was asked at 0 and is waited for in turns of 50 ms until `end`.
Silence waited_for(std::chrono::milliseconds end) {
    Silence silence;
    silence.turned(at(0ms), false);
    silence.asked(at(0ms));
    for (auto now = 50ms; now <= end; now += 50ms) silence.turned(at(now), true);
    return silence;
}

TEST(Silence, IsBelievedAfterEnoughTurnsAndTime) {
    EXPECT_FALSE(waited_for(150ms).believed(at(150ms)));
    EXPECT_TRUE(waited_for(200ms).believed(at(200ms)));
    EXPECT_EQ(waited_for(200ms).length(at(200ms)), 200ms);
}

TEST(Silence, EndsWithAnAnswer) {
    Silence silence = waited_for(1000ms);
    silence.answered(at(900ms));
    EXPECT_FALSE(silence.believed(at(1000ms)));
    EXPECT_EQ(silence.length(at(1000ms)), 100ms);
}

TEST(Silence, AnAnswerToAnOlderQuestionDoesNotLengthenIt) {
    Silence silence = waited_for(1000ms);
    silence.answered(at(900ms));
    silence.answered(at(300ms));
    EXPECT_EQ(silence.length(at(1000ms)), 100ms);
}

/// The answers of six seconds are still in the socket when the loop comes round.
TEST(Silence, APauseOfOurOwnIsNotTheServers) {
    Silence silence = waited_for(200ms);
    silence.saw_stopped(true);
    silence.turned(at(6200ms), true);
    EXPECT_EQ(silence.length(at(6200ms)), 0ms);
    for (auto now = 6225ms; now < 6400ms; now += 25ms) {
        silence.turned(at(now), true);
        EXPECT_FALSE(silence.believed(at(now))) << now.count();
    }
    EXPECT_FALSE(silence.ever_stopped());
    silence.turned(at(6400ms), true);
    EXPECT_TRUE(silence.believed(at(6400ms)));
}

/// A slow command of 400 ms is over, and its answer is on its way.
TEST(Silence, OfABusyServerIsNoStillness) {
    Silence silence = waited_for(400ms);
    silence.saw_progress(at(390ms));
    EXPECT_EQ(silence.stillness(at(400ms)), 10ms);
    EXPECT_EQ(silence.length(at(400ms)), 400ms);
    EXPECT_EQ(waited_for(400ms).stillness(at(400ms)), 400ms) << "it never ran";
    silence.answered(at(410ms));
    EXPECT_EQ(silence.stillness(at(500ms)), 90ms);
}

/// Our own process was stopped for 300 ms: the answer may be in the socket.
TEST(Silence, AShortPauseOfOurOwnIsNotCounted) {
    Silence silence = waited_for(200ms);
    silence.comes_round(at(250ms));
    silence.turned(at(550ms), true);
    EXPECT_EQ(silence.length(at(550ms)), 250ms);
    EXPECT_EQ(silence.stillness(at(550ms)), 250ms);
    silence.comes_round(at(600ms));
    silence.turned(at(620ms), true);
    EXPECT_EQ(silence.length(at(620ms)), 320ms) << "late, but awake";
}

TEST(Silence, OneLookMaySeeItStoppedByChance) {
    Silence silence;
    silence.saw_stopped(true);
    EXPECT_FALSE(silence.stopped());
    silence.saw_stopped(true);
    EXPECT_TRUE(silence.stopped());
    silence.saw_stopped(false);
    EXPECT_FALSE(silence.ever_stopped());
}

}  // namespace
}  // namespace baton::detector
