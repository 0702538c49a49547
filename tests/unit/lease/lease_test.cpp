// The quorum lease: holder, voter and the leader's wait, and that together they
// never let two epochs of one group act at the same time.
#include "base/random.hpp"
#include "core/lease/closing.hpp"
#include "core/lease/holder.hpp"
#include "core/lease/takeover.hpp"
#include "core/lease/voter.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace baton::lease {
namespace {

using namespace std::chrono_literals;

const std::vector<NodeId> three{NodeId{"a"}, NodeId{"b"}, NodeId{"c"}};
const Pair orders1{GroupId{"orders"}, Epoch{1}};
constexpr Duration lease_length = 750ms;

Instant at(Duration since) { return Instant{10s + since}; }

Holder holder_of(const Pair& pair) {
    Holder holder(NodeId{"a"}, lease_length);
    holder.configure(LogIndex{1}, three);
    holder.hold({{pair, false}});
    return holder;
}

HeartbeatAnswer yes(const Heartbeat& heartbeat, const char* voter) {
    return {NodeId{voter}, heartbeat.sequence, heartbeat.sent, heartbeat.membership_index, {}};
}

TEST(Holder, HasNoLeaseWithoutAMajority) {
    Holder holder = holder_of(orders1);
    const Heartbeat beat = holder.beat(at(0ms));
    holder.answered(yes(beat, "a"));
    EXPECT_EQ(holder.lease_end(orders1), Instant::never());
}

TEST(Holder, CountsFromTheSendInstantNotFromTheAnswer) {
    Holder holder = holder_of(orders1);
    const Heartbeat beat = holder.beat(at(0ms));
    holder.answered(yes(beat, "a"));
    holder.answered(yes(beat, "c"));
    EXPECT_EQ(holder.lease_end(orders1), at(0ms) + lease_length);
}

TEST(Holder, EndsAtTheNewestInstantAMajorityCovers) {
    Holder holder = holder_of(orders1);
    const Heartbeat first = holder.beat(at(0ms));
    const Heartbeat second = holder.beat(at(50ms));
    const Heartbeat third = holder.beat(at(100ms));
    holder.answered(yes(third, "a"));
    holder.answered(yes(second, "b"));
    holder.answered(yes(first, "c"));
    EXPECT_EQ(holder.lease_end(orders1), at(50ms) + lease_length);
}

TEST(Holder, ARefusedPairIsNotExtendedByThatVoter) {
    Holder holder = holder_of(orders1);
    const Heartbeat beat = holder.beat(at(0ms));
    HeartbeatAnswer refusing = yes(beat, "b");
    refusing.refused = {orders1};
    holder.answered(yes(beat, "a"));
    holder.answered(refusing);
    EXPECT_EQ(holder.lease_end(orders1), Instant::never());
}

TEST(Holder, AnAnswerToAHeartbeatThatDidNotListThePairCountsForNothing) {
    Holder holder(NodeId{"a"}, lease_length);
    holder.configure(LogIndex{1}, three);
    const Heartbeat before = holder.beat(at(0ms));
    holder.hold({{orders1, false}});
    holder.answered(yes(before, "a"));
    holder.answered(yes(before, "b"));
    EXPECT_EQ(holder.lease_end(orders1), Instant::never());
}

TEST(Holder, ForgetsAcknowledgementsOfAnotherConfiguration) {
    Holder holder = holder_of(orders1);
    const Heartbeat beat = holder.beat(at(0ms));
    holder.answered(yes(beat, "a"));
    holder.configure(LogIndex{7}, {NodeId{"a"}, NodeId{"b"}, NodeId{"d"}});
    holder.answered(yes(beat, "b"));
    EXPECT_EQ(holder.lease_end(orders1), Instant::never());
}

TEST(Holder, AStrangersAnswerAndAForgedInstantAreIgnored) {
    Holder holder = holder_of(orders1);
    const Heartbeat beat = holder.beat(at(0ms));
    HeartbeatAnswer forged = yes(beat, "b");
    forged.sent = at(500ms);
    holder.answered(yes(beat, "a"));
    holder.answered(yes(beat, "x"));
    holder.answered(forged);
    EXPECT_EQ(holder.lease_end(orders1), Instant::never());
}

TEST(Voter, RefusesFromTheMomentARevocationIsInTheLog) {
    Voter voter(NodeId{"b"}, at(0ms));
    voter.configure(LogIndex{1}, three);
    Heartbeat beat{NodeId{"a"}, {}, 1, at(0ms), LogIndex{1}, three, {{orders1, true}}};
    EXPECT_TRUE(voter.answer(beat, at(1ms))->refused.empty());
    voter.appended(LogIndex{9}, {GroupId{"orders"}, Epoch{1}});
    EXPECT_EQ(voter.answer(beat, at(2ms))->refused, std::vector{orders1});
}

TEST(Voter, RenewsAgainAfterTheRevocationWasReplaced) {
    Voter voter(NodeId{"b"}, at(0ms));
    voter.appended(LogIndex{9}, {GroupId{"orders"}, Epoch{1}});
    voter.truncated(LogIndex{9});
    EXPECT_FALSE(voter.refuses(orders1));
    voter.applied({GroupId{"orders"}, Epoch{1}});
    voter.truncated(LogIndex{1});
    EXPECT_TRUE(voter.refuses(orders1)) << "an applied ending is for good";
}

TEST(Voter, DoesNotAnswerAnotherConfigurationNorWithoutAVote) {
    Voter voter(NodeId{"b"}, at(0ms));
    voter.configure(LogIndex{2}, three);
    const Heartbeat beat{NodeId{"a"}, {}, 1, at(0ms), LogIndex{1}, three, {{orders1, true}}};
    EXPECT_FALSE(voter.answer(beat, at(1ms)).has_value());
    Voter learner(NodeId{"d"}, at(0ms));
    learner.configure(LogIndex{1}, three);
    EXPECT_FALSE(learner.answer(beat, at(1ms)).has_value());
}

TEST(Voter, WithoutMemoryTellsHowLongItCouldHaveRemembered) {
    Voter voter(NodeId{"b"}, at(0ms));
    EXPECT_EQ(voter.age(orders1, at(300ms)), 300ms);
    voter.became_voter(at(200ms));
    EXPECT_EQ(voter.age(orders1, at(300ms)), 100ms);
}

/// What is forgotten may only lengthen a wait, never shorten it.
TEST(Voter, RemembersTheNewestEpochsAndTellsNoOlderRenewalThanThereWas) {
    Voter voter(NodeId{"b"}, at(0ms));
    voter.configure(LogIndex{1}, three);
    const std::uint64_t last = 20;
    for (std::uint64_t epoch = 1; epoch <= last; ++epoch) {
        Holder holder = holder_of({GroupId{"orders"}, Epoch{epoch}});
        static_cast<void>(voter.answer(holder.beat(at(0ms)), at(epoch * 1s)));
        voter.applied({GroupId{"orders"}, Epoch{epoch}});
    }
    const auto age = [&](std::uint64_t epoch) {
        return voter.age({GroupId{"orders"}, Epoch{epoch}}, at(30s));
    };
    EXPECT_EQ(voter.remembered(), epochs_remembered_max);
    EXPECT_EQ(age(last), 10s);
    EXPECT_EQ(age(last + 1 - epochs_remembered_max), 30s - 17s);
    for (std::uint64_t epoch = 1; epoch <= last - epochs_remembered_max; ++epoch) {
        EXPECT_EQ(age(epoch), 30s - 16s) << "as if renewed when the newest forgotten one was";
    }
    EXPECT_EQ(age(last + 1), 30s) << "never renewed since this voter began";
}

TEST(Takeover, NeedsAMajorityAndTakesTheKindestOne) {
    Takeover takeover(lease_length);
    takeover.answered(NodeId{"a"}, 0ms, at(100ms));
    EXPECT_EQ(takeover.over_at(three), Instant::forever());
    takeover.answered(NodeId{"b"}, 900ms, at(100ms));
    EXPECT_EQ(takeover.over_at(three), at(100ms) + takeover_wait(lease_length));
    takeover.answered(NodeId{"c"}, 800ms, at(100ms));
    EXPECT_EQ(takeover.over_at(three), at(-700ms) + takeover_wait(lease_length));
}

TEST(Takeover, ARestartedVotersShorterMemoryDoesNotLengthenTheWait) {
    Takeover takeover(lease_length);
    takeover.answered(NodeId{"b"}, 400ms, at(0ms));
    takeover.answered(NodeId{"c"}, 400ms, at(0ms));
    const Instant before = takeover.over_at(three);
    takeover.answered(NodeId{"b"}, 10ms, at(200ms));
    EXPECT_EQ(takeover.over_at(three), before);
}

TEST(Closing, TheAgentClosesBeforeTheGuardKills) {
    const Instant end = at(750ms);
    EXPECT_LT(agent_closes_at(end), guard_kills_at(end));
    EXPECT_LT(guard_kills_at(end), end);
}

/// Three clocks whose rates differ by up to 0.1 %, random delays, losses and
/// voter restarts: after the leader's wait the holder's lease is over.
TEST(Lease, NoRandomScheduleLetsTheOldHolderOutliveTheWait) {
    for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
        Random random(seed);
        double rate[3];
        for (double& each : rate) {
            each = 0.9995 + static_cast<double>(random.below(1001)) / 1e6;
        }
        const auto clock = [&](int node, Duration real) {
            return Instant{Duration{static_cast<std::int64_t>(
                static_cast<double>(real.count()) * rate[node])} + (node + 1) * 100s};
        };
        Holder holder = holder_of(orders1);
        std::vector<Voter> voters;
        for (int node = 0; node < 3; ++node) {
            voters.emplace_back(three[static_cast<std::size_t>(node)], clock(node, 0ms));
            voters.back().configure(LogIndex{1}, three);
        }
        const Duration revoked_at = random.between(0ms, 2s);
        Takeover takeover(lease_length);
        Instant over = Instant::forever();
        for (Duration now = 0ms; now < 5s; now += 10ms) {
            if (now.count() % Duration{50ms}.count() == 0) {
                const Heartbeat beat = holder.beat(clock(0, now));
                for (int node = 0; node < 3; ++node) {
                    if (random.one_in(3)) continue;
                    const Duration arrives = now + random.between(0ms, 400ms);
                    if (arrives >= revoked_at + node * 30ms) continue;
                    const auto answer = voters[static_cast<std::size_t>(node)].answer(
                        beat, clock(node, arrives));
                    if (answer && !random.one_in(4)) holder.answered(*answer);
                }
            }
            for (int node = 0; node < 3 && now > revoked_at; ++node) {
                const Duration told = revoked_at + (node + 1) * 40ms;
                if (now < told || now >= told + 10ms || random.one_in(6)) continue;
                const Duration age = voters[static_cast<std::size_t>(node)].age(
                    orders1, clock(node, told));
                takeover.answered(three[static_cast<std::size_t>(node)], age,
                                  clock(1, told + random.between(0ms, 100ms)));
            }
            over = takeover.over_at(three);
            if (clock(1, now) >= over) {
                EXPECT_LE(holder.lease_end(orders1), clock(0, now)) << "seed " << seed;
                break;
            }
        }
    }
}

}  // namespace
}  // namespace baton::lease
