// How the lease is carried: who is answered, and what an answer means.
#include "runtime/authority.hpp"

#include "core/lease/closing.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <variant>
#include <vector>

namespace baton::runtime {
namespace {

using std::chrono::milliseconds;

constexpr Duration lease_time = milliseconds{750};
const lease::Pair pair{GroupId{"g"}, Epoch{1}};

class SentBox final : public Transport {
public:
    void start(Receive /*receive*/, Connectivity /*connectivity*/) override {}
    void meet(const std::map<NodeId, cluster::Endpoint>& /*peers*/) override {}
    void send(const NodeId& to, Lane /*lane*/, PeerMessage message) override {
        sent.emplace_back(to, std::move(message));
    }
    template <typename Kind>
    [[nodiscard]] std::vector<Kind> all() const {
        std::vector<Kind> found;
        for (const auto& [to, message] : sent) {
            if (const auto* one = std::get_if<Kind>(&message)) found.push_back(*one);
        }
        return found;
    }
    std::vector<std::pair<NodeId, PeerMessage>> sent;
};

class NoGuard final : public Deadlines {
public:
    void set(const std::string& /*name*/, Instant when) override { kills_at = when; }
    void clear(const std::string& /*name*/) override { kills_at = Instant::never(); }
    [[nodiscard]] bool verified() override { return true; }
    Instant kills_at = Instant::never();
};

cluster::State appointed_on(const NodeId& node) {
    cluster::Instance instance;
    instance.id = InstanceId{"g-" + node.text};
    instance.node = node;
    cluster::GroupState group;
    group.declared.id = pair.group;
    group.declared.instances = {instance};
    group.primary = instance.id;
    group.epoch = pair.epoch;
    cluster::State state;
    state.settings.lease = lease_time;
    state.groups[pair.group] = group;
    return state;
}

class ScriptedKernelLease final : public KernelLease {
public:
    void start(std::function<void()> /*changed*/) override {}
    void hold(bool now_held) override { held = now_held; }
    void extend(std::uint16_t port, Instant when) override { ends[port] = when; }
    void release(std::uint16_t port) override { ends.erase(port); }
    [[nodiscard]] Instant passes_until(std::uint16_t /*port*/) override { return passes; }
    [[nodiscard]] KernelLeaseStatus status() override {
        KernelLeaseStatus status;
        status.trusted = trusted;
        return status;
    }

    std::map<std::uint16_t, Instant> ends;
    bool held = true;
    bool trusted = true;
    Instant passes = Instant::never();
};

class AuthorityOf : public ::testing::Test {
protected:
    AuthorityOf() {
        raft::Status status;
        status.membership.voters = {NodeId{"a"}, NodeId{"b"}, NodeId{"c"}};
        status.membership_index = LogIndex{1};
        authority.configure(status, now);
    }
    [[nodiscard]] Renewal answered_by(const std::string& voter) {
        const auto beats = transport.all<lease::Heartbeat>();
        const lease::Heartbeat& last = beats.back();
        return authority.receive(
            lease::HeartbeatAnswer{NodeId{voter}, last.sequence, last.sent, LogIndex{1}, {}}, now);
    }
    [[nodiscard]] lease::Heartbeat from_b(std::vector<lease::Holding> holdings) {
        return {NodeId{"b"},        Incarnation{2},
                ++sequence,         now,
                LogIndex{1},        {NodeId{"a"}, NodeId{"b"}, NodeId{"c"}},
                std::move(holdings)};
    }

    Instant now{std::chrono::seconds{100}};
    SentBox transport;
    NoGuard guard;
    ScriptedKernelLease kernel;
    Authority authority{NodeId{"a"}, Incarnation{1}, transport, Fences{guard, kernel}, now};
    std::uint64_t sequence = 0;
};

TEST_F(AuthorityOf, OnlyAHeartbeatThatHoldsSomethingIsAnswered) {
    EXPECT_FALSE(authority.receive(from_b({}), now));
    EXPECT_TRUE(transport.sent.empty());
    EXPECT_FALSE(authority.receive(from_b({{pair, false}}), now));
    ASSERT_EQ(transport.all<lease::HeartbeatAnswer>().size(), 1U);
    EXPECT_EQ(transport.all<lease::HeartbeatAnswer>()[0].sequence, sequence);
}

TEST_F(AuthorityOf, WhatAPeerOpensOrClosesIsNewsOnce) {
    EXPECT_TRUE(authority.receive(from_b({{pair, true}}), now));
    EXPECT_FALSE(authority.receive(from_b({{pair, true}}), now));
    EXPECT_TRUE(authority.open_pairs().contains(pair));
    EXPECT_TRUE(authority.receive(from_b({}), now));
    EXPECT_TRUE(authority.open_pairs().empty());
}

TEST_F(AuthorityOf, AMajorityBeginsALeaseAndLaterAnswersExtendIt) {
    authority.applied(appointed_on(NodeId{"a"}));
    authority.beat(now);
    const Instant first = now;
    EXPECT_EQ(answered_by("b"), Renewal::begun);
    EXPECT_EQ(authority.lease_ends().at(pair), first + lease_time);
    EXPECT_LT(guard.kills_at, first + lease_time) << "armed before the lease ends";
    EXPECT_EQ(answered_by("c"), Renewal::none) << "the majority had it already";
    now = now + milliseconds{50};
    authority.beat(now);
    EXPECT_EQ(answered_by("c"), Renewal::extended);
    now = now + 2 * lease_time;
    authority.beat(now);
    EXPECT_EQ(answered_by("b"), Renewal::begun) << "it had ended meanwhile";
}

TEST_F(AuthorityOf, TheKernelIsToldAnEndBeforeTheLease) {
    authority.applied(appointed_on(NodeId{"a"}));
    authority.beat(now);
    ASSERT_EQ(answered_by("b"), Renewal::begun);
    EXPECT_LT(kernel.ends.at(0), now + lease_time);
}

/// The cluster takes over after a lease because it counts on the kernel; so
/// nothing may be open that the kernel does not hold.
TEST_F(AuthorityOf, ALeaseCountsOnlyOnceTheKernelHoldsThePortIfTheClusterCountsOnThat) {
    cluster::State state = appointed_on(NodeId{"a"});
    state.nodes[NodeId{"a"}].fencing = cluster::FencingTier::kernel;
    authority.applied(state);
    authority.beat(now);
    ASSERT_EQ(answered_by("b"), Renewal::begun);
    EXPECT_TRUE(authority.lease_ends().empty());
    kernel.passes = now + lease_time;
    EXPECT_EQ(authority.lease_ends().count(pair), 1U);
    kernel.passes = Instant::never();
    state.nodes[NodeId{"a"}].fencing = cluster::FencingTier::guard;
    authority.applied(state);
    EXPECT_EQ(authority.lease_ends().count(pair), 1U) << "the guard is what counts now";
}

/// The kernel was told too late: what it holds ends before the lease does.
TEST_F(AuthorityOf, AServerClosesBeforeTheKernelDropsItsPackets) {
    authority.applied(appointed_on(NodeId{"a"}));
    authority.beat(now);
    ASSERT_EQ(answered_by("b"), Renewal::begun);
    kernel.passes = now + lease_time / 2;
    EXPECT_LT(lease::agent_closes_at(authority.lease_ends().at(pair)), kernel.passes);
    EXPECT_LT(authority.lease_ends().at(pair), now + lease_time);
    kernel.passes = now + 2 * lease_time;
    EXPECT_EQ(authority.lease_ends().at(pair), now + lease_time);
}

TEST_F(AuthorityOf, AKernelThatNobodyCountsOnAndThatIsLateHoldsNoPort) {
    cluster::State state = appointed_on(NodeId{"a"});
    kernel.trusted = false;
    authority.applied(state);
    EXPECT_FALSE(kernel.held);
    kernel.trusted = true;
    authority.look_at_kernel();
    EXPECT_TRUE(kernel.held);
    kernel.trusted = false;
    state.nodes[NodeId{"a"}].fencing = cluster::FencingTier::kernel;
    authority.applied(state);
    EXPECT_TRUE(kernel.held) << "the others count on it";
}

TEST_F(AuthorityOf, TheKernelIsLookedAtAlsoWhenOneGroupMoves) {
    const cluster::State state = appointed_on(NodeId{"a"});
    authority.applied(state);
    ASSERT_TRUE(kernel.held);
    kernel.trusted = false;
    authority.applied(*state.group(pair.group));
    EXPECT_FALSE(kernel.held);
}

TEST_F(AuthorityOf, OneGroupThatMovedIsHeldAsInTheWholeState) {
    const cluster::State elsewhere = appointed_on(NodeId{"b"});
    const cluster::State here = appointed_on(NodeId{"a"});
    authority.applied(elsewhere);
    EXPECT_FALSE(authority.holds(pair));
    authority.applied(*here.group(pair.group));
    EXPECT_TRUE(authority.holds(pair));
    authority.beat(now);
    ASSERT_EQ(answered_by("b"), Renewal::begun);
    EXPECT_EQ(authority.lease_ends().count(pair), 1U);
    authority.applied(*elsewhere.group(pair.group));
    EXPECT_FALSE(authority.holds(pair));
    EXPECT_TRUE(authority.lease_ends().empty());
}

TEST_F(AuthorityOf, AClosedServersPortIsReleasedUnlessItMayBeOpenedAgain) {
    const cluster::State state = appointed_on(NodeId{"a"});
    authority.applied(state);
    authority.beat(now);
    ASSERT_EQ(answered_by("b"), Renewal::begun);
    const cluster::Instance& instance = state.groups.at(pair.group).declared.instances.front();
    authority.standby_confirmed(pair, instance, now);
    EXPECT_EQ(kernel.ends.size(), 1U) << "its lease runs";
    authority.standby_confirmed(pair, instance, now + lease_time);
    EXPECT_TRUE(kernel.ends.empty());
}

}  // namespace
}  // namespace baton::runtime
