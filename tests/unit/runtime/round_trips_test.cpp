// How long voters take to answer heartbeats.
#include "runtime/round_trips.hpp"

#include <gtest/gtest.h>

namespace baton::runtime {
namespace {

using std::chrono::milliseconds;

constexpr Instant start{std::chrono::seconds{1000}};
const NodeId near{"near"};
const NodeId gone{"gone"};

Instant at(int passed) {
    return start + milliseconds{passed};
}

TEST(RoundTrips, TellTheLastAnswerAndHowLongASilentOneIsWaitedFor) {
    RoundTrips trips;
    for (int beat = 0; beat < 1000; beat += 50) {
        trips.asked(near, at(beat));
        trips.answered(near, at(beat), at(beat + 2));
        trips.asked(gone, at(beat));
        if (beat < 200) trips.answered(gone, at(beat), at(beat + 3));
    }
    const auto seen = trips.at(at(999));
    EXPECT_EQ(seen.at(near), milliseconds{2});
    EXPECT_EQ(seen.at(gone), milliseconds{799}) << "since the first heartbeat without an answer";
}

TEST(RoundTrips, AnAnswerEndsTheWaitAndAVoterThatLeftIsForgotten) {
    RoundTrips trips;
    trips.asked(gone, at(0));
    trips.asked(near, at(0));
    trips.answered(gone, at(0), at(700));
    EXPECT_EQ(trips.at(at(701)).at(gone), milliseconds{700});
    trips.keep({near});
    EXPECT_FALSE(trips.at(at(701)).contains(gone));
    trips.answered(gone, at(0), at(702));
    EXPECT_FALSE(trips.at(at(703)).contains(gone)) << "a late answer brings nobody back";
}

}  // namespace
}  // namespace baton::runtime
