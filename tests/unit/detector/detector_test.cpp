#include "base/random.hpp"
#include "core/detector/phi.hpp"
#include "core/detector/self_doubt.hpp"
#include "core/detector/verdict.hpp"

#include <gtest/gtest.h>

namespace baton::detector {
namespace {

using namespace std::chrono_literals;
const NodeId peer{"b"};

/// A detector that has heard `count` heartbeats every `interval`, the last at
/// the returned instant.
Instant feed(PhiDetector& detector, int count, Duration interval) {
    Instant now{100s};
    for (int beat = 0; beat < count; ++beat) {
        now = now + interval;
        detector.heartbeat(peer, now);
    }
    return now;
}

TEST(Phi, RisesWithoutStepsWhileSilenceLasts) {
    PhiDetector detector{Config{}};
    const Instant last = feed(detector, 100, 50ms);
    double before = 0;
    for (Duration silence = 10ms; silence < 3s; silence += 10ms) {
        const double phi = detector.phi(peer, last + silence);
        EXPECT_GE(phi, before) << whole_milliseconds(silence);
        before = phi;
    }
    EXPECT_GT(before, 100);
}

TEST(Phi, IsTheDecimalLogarithmOfBeingWrong) {
    Config config;
    config.adaptive = false;
    PhiDetector detector{config};
    const Instant last = feed(detector, 100, 50ms);
    // Deviation is 30 % of the mean: 15 ms. At mean + 1.2816 deviations one
    // heartbeat in ten is still to come (standard normal quantile).
    EXPECT_NEAR(detector.phi(peer, last + 50ms + 19224us), 1.0, 0.01);
}

TEST(Phi, WhoWasNeverHeardFailsOnceItWasMissedForLong) {
    PhiDetector detector{Config{}};
    const Instant begun{100s};
    EXPECT_EQ(detector.liveness(peer, begun + 1h), Liveness::unheard) << "nobody expects it";
    detector.expect(peer, begun);
    detector.expect(peer, begun + 20s);
    EXPECT_EQ(detector.liveness(peer, begun + 30s - 1ms), Liveness::unheard);
    EXPECT_EQ(detector.liveness(peer, begun + 30s), Liveness::failed);
    EXPECT_EQ(detector.phi(peer, begun + 30s), 0) << "no interval is known";
    EXPECT_EQ(detector.silence(peer, begun + 30s), 0s);
}

TEST(Phi, ItIsMissedOnlyWhileOthersAreHeardAndNobodySleeps) {
    PhiDetector detector{Config{}};
    const Instant begun{100s};
    detector.expect(peer, begun);
    detector.expect_anew(begun + 20s);
    EXPECT_EQ(detector.liveness(peer, begun + 49s), Liveness::unheard);
    detector.forgive(begun + 49s);
    EXPECT_EQ(detector.liveness(peer, begun + 78s), Liveness::unheard);
    EXPECT_EQ(detector.liveness(peer, begun + 79s), Liveness::failed);
}

TEST(Phi, WhoIsHeardAtLastIsJudgedByWhatIsHeard) {
    PhiDetector detector{Config{}};
    detector.expect(peer, Instant{10s});
    const Instant last = feed(detector, 100, 50ms);
    EXPECT_EQ(detector.liveness(peer, last + 60ms), Liveness::alive);
    detector.expect(peer, last + 60ms);
    detector.expect_anew(last + 700ms);
    EXPECT_EQ(detector.liveness(peer, last + 760ms), Liveness::failed);
    EXPECT_EQ(detector.samples(peer), 99U);
}

TEST(Phi, SuspectsAtEightAndFailsAtSixteenAndAfterALease) {
    Config config;
    config.silence_min = 0ms;
    PhiDetector detector{config};
    const Instant last = feed(detector, 100, 50ms);
    EXPECT_EQ(detector.liveness(peer, last + 100ms), Liveness::alive);
    EXPECT_EQ(detector.liveness(peer, last + 140ms), Liveness::suspect);
    EXPECT_EQ(detector.liveness(peer, last + 180ms), Liveness::failed);
    config.silence_min = 750ms;
    PhiDetector patient{config};
    const Instant heard = feed(patient, 100, 50ms);
    EXPECT_EQ(patient.liveness(peer, heard + 700ms), Liveness::suspect);
    EXPECT_EQ(patient.liveness(peer, heard + 760ms), Liveness::failed);
}

TEST(Phi, AHigherThresholdTakesLonger) {
    Config strict;
    strict.threshold = 2;
    Config lenient;
    lenient.threshold = 12;
    PhiDetector early{strict};
    PhiDetector late{lenient};
    const Instant last = feed(early, 50, 50ms);
    feed(late, 50, 50ms);
    EXPECT_EQ(early.liveness(peer, last + 100ms), Liveness::suspect);
    EXPECT_EQ(late.liveness(peer, last + 100ms), Liveness::alive);
}

TEST(Phi, ExpectedJitterCausesNoSuspicionInAnHour) {
    PhiDetector detector{Config{}};
    Random random(7);
    Instant now{100s};
    const Instant end = now + 1h;
    while (now < end) {
        const Instant next = now + random.between(35ms, 65ms);
        EXPECT_NE(detector.liveness(peer, next), Liveness::suspect);
        EXPECT_NE(detector.liveness(peer, next), Liveness::failed);
        detector.heartbeat(peer, next);
        now = next;
    }
}

TEST(Phi, AJitteryLinkRaisesTheThresholdOnlyWhenAdaptive) {
    Config config;
    PhiDetector adaptive{config};
    config.adaptive = false;
    PhiDetector fixed{config};
    Instant now{100s};
    for (int beat = 0; beat < 100; ++beat) {
        now = now + (beat % 2 == 0 ? 10ms : 190ms);
        adaptive.heartbeat(peer, now);
        fixed.heartbeat(peer, now);
    }
    EXPECT_GT(adaptive.threshold(peer), 8.0);
    EXPECT_DOUBLE_EQ(fixed.threshold(peer), 8.0);
}

TEST(Phi, RemembersNoMoreThanItsWindow) {
    Config config;
    config.window_size = 20;
    PhiDetector detector{config};
    feed(detector, 500, 50ms);
    EXPECT_EQ(detector.samples(peer), 20U);
}

TEST(Phi, AnUnheardPeerIsNeverSuspect) {
    PhiDetector detector{Config{}};
    EXPECT_EQ(detector.liveness(peer, Instant{1h}), Liveness::unheard);
}

TEST(Phi, ForgivesSilenceThatWasOurOwnPause) {
    PhiDetector detector{Config{}};
    const Instant last = feed(detector, 100, 50ms);
    detector.forgive(last + 5s);
    EXPECT_EQ(detector.liveness(peer, last + 5s), Liveness::alive);
    const std::size_t samples = detector.samples(peer);
    detector.heartbeat(peer, last + 5s + 10ms);
    EXPECT_EQ(detector.samples(peer), samples) << "the pause is not an interval of the peer";
}

TEST(SelfDoubt, JudgesNobodyForAWhileAfterAPause) {
    SelfDoubt doubt{SelfDoubtConfig{}};
    EXPECT_FALSE(doubt.turn(Instant{1s}));
    EXPECT_FALSE(doubt.turn(Instant{1s + 60ms}));
    EXPECT_TRUE(doubt.turn(Instant{3s}));
    EXPECT_TRUE(doubt.doubts(Instant{3s + 299ms}));
    EXPECT_FALSE(doubt.doubts(Instant{3s + 301ms}));
}

cluster::NodeReport opinion(const char* node, Liveness liveness, bool doubts = false) {
    cluster::NodeReport report;
    report.node = NodeId{node};
    report.doubts_itself = doubts;
    report.peers = {{peer, liveness, 20, false, 100}};
    return report;
}

TEST(Verdict, NeedsAMajorityOfVotersWithoutTheAccusedAndTheDoubtful) {
    const std::vector<NodeId> voters{NodeId{"a"}, NodeId{"b"}, NodeId{"c"}};
    std::map<NodeId, cluster::NodeReport> reports;
    reports[NodeId{"a"}] = opinion("a", Liveness::failed);
    EXPECT_FALSE(majority_holds_failed(peer, voters, reports));
    reports[NodeId{"c"}] = opinion("c", Liveness::failed, true);
    EXPECT_FALSE(majority_holds_failed(peer, voters, reports));
    reports[NodeId{"c"}] = opinion("c", Liveness::suspect);
    EXPECT_FALSE(majority_holds_failed(peer, voters, reports));
    reports[NodeId{"c"}] = opinion("c", Liveness::failed);
    EXPECT_TRUE(majority_holds_failed(peer, voters, reports));
}

}  // namespace
}  // namespace baton::detector
