// When a promise never to open an epoch again is told as proof.
#include "runtime/instance_loop.hpp"

#include "unit/runtime/held_loop.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace baton::runtime {
namespace {

/// Does nothing that it is told, and does not answer.
class InertServer : public Server {
public:
    void observe(Instant /*deadline*/, Done<cluster::InstanceReport> /*done*/) override {}
    void promote(Epoch /*epoch*/, Instant /*deadline*/, Done<Position> /*done*/) override {}
    void require_standbys(const Standbys& /*standbys*/, Epoch /*epoch*/, Instant /*deadline*/,
                          Done<void> /*done*/) override {}
    void isolate(Epoch /*epoch*/, Instant /*deadline*/, Done<Position> /*done*/) override {}
    void follow(cluster::Endpoint /*primary*/, Epoch /*epoch*/, Instant /*deadline*/,
                Done<void> /*done*/) override {}
    void hand_over(cluster::Endpoint /*successor*/, Epoch /*epoch*/, Instant /*deadline*/,
                   Done<Position> /*done*/) override {}
    void keep_history(std::uint64_t /*bytes*/, Instant /*deadline*/, Done<void> /*done*/) override {
    }
    void disconnect() override {}
};

/// Left open by an agent before; becomes a standby when the test says so.
class LeftOpen final : public InertServer {
public:
    explicit LeftOpen(Done<Position>& closing) : closing_(closing) {}
    void observe(Instant /*deadline*/, Done<cluster::InstanceReport> done) override {
        cluster::InstanceReport report;
        report.role = cluster::ServerRole::primary;
        done(report);
    }
    void isolate(Epoch /*epoch*/, Instant /*deadline*/, Done<Position> done) override {
        closing_ = std::move(done);
    }

private:
    Done<Position>& closing_;
};

class EmptyQuarantine final : public Quarantine {
public:
    void keep(KeepOrder /*order*/, Instant /*deadline*/, Done<Kept> /*done*/) override {}
    void stop() override {}
    [[nodiscard]] std::vector<std::string> kept() const override { return {}; }
};

class IdleGuard final : public Guard {
public:
    void start(Gone /*gone*/) override {}
    void list(Done<std::vector<Supervised>> /*done*/) override {}
    void launch(Launch /*launch*/, Done<Supervised> /*done*/) override {}
    void kill(const std::string& /*name*/, Done<void> /*done*/) override {}
    void stop(const std::string& /*name*/, Instant /*deadline*/, Done<void> /*done*/) override {}
    cluster::ProcessState look(const std::string& /*name*/) override {
        return cluster::ProcessState::running;
    }
};

class DeafMember final : public MemberLink {
public:
    void instances(cluster::InstanceReports /*reports*/) override {}
    void fronts(SharedMap<GroupId, Epoch> /*served*/) override {}
    void set_open(lease::Pair /*pair*/, bool /*open*/) override {}
    void cut_off(NodeId /*node*/, LogIndex /*after*/) override {}
    void standby_confirmed(lease::Pair /*pair*/, cluster::Instance /*instance*/) override {}
    void close_epoch(GroupId /*group*/, Epoch /*epoch*/, Done<void> done) override {
        done(success());
    }
};

struct EmptiedDirectory : ::testing::Test {
    EmptiedDirectory() {
        InstanceParts parts;
        parts.group.id = GroupId{"g"};
        parts.instance.id = InstanceId{"g-a"};
        parts.instance.node = NodeId{"a"};
        parts.group.instances = {parts.instance};
        declared = parts.group;
        parts.server = std::make_unique<LeftOpen>(closing);
        parts.quarantine = std::make_unique<EmptyQuarantine>();
        instance = std::make_unique<InstanceLoop>(
            loop, guard, member, std::move(parts), [](const Event&) {}, [] {});
    }
    /// The node is appointed at epoch 2, which the new directory promised not to open.
    [[nodiscard]] MemberView view(bool caught_up) const {
        cluster::State state;
        state.nodes[NodeId{"a"}].declared.id = NodeId{"a"};
        cluster::GroupState group;
        group.declared = declared;
        group.phase = cluster::Phase::steady;
        group.primary = InstanceId{"g-a"};
        group.epoch = Epoch{2};
        state.groups[declared.id] = group;
        MemberView view;
        view.formed = true;
        view.caught_up = caught_up;
        view.state = std::make_shared<const cluster::State>(std::move(state));
        view.closed[declared.id] = Epoch{2};
        return view;
    }

    /// Another's appointment is over, and its standbys have to let go.
    [[nodiscard]] MemberView revoked() const {
        MemberView view = this->view(true);
        cluster::State state = *view.state;
        state.groups[declared.id].primary = InstanceId{"g-b"};
        state.groups[declared.id].revoked = true;
        state.groups[declared.id].phase = cluster::Phase::fencing;
        view.state = std::make_shared<const cluster::State>(std::move(state));
        view.closed.clear();
        return view;
    }

    HeldLoop loop;
    IdleGuard guard;
    DeafMember member;
    Done<Position> closing;
    cluster::Group declared;
    std::unique_ptr<InstanceLoop> instance;
};

TEST_F(EmptiedDirectory, TheServerLeftOpenIsClosedBeforeThePromiseIsProof) {
    instance->adopt(Supervised{"g-a", 7, Instant{}});
    instance->start();
    instance->directive(view(false));
    EXPECT_EQ(instance->report().closed, Epoch{}) << "nobody has closed it yet";
    instance->directive(view(true));
    ASSERT_TRUE(closing);
    EXPECT_EQ(instance->report().closed, Epoch{}) << "it is being closed";
    closing(Position{"history", 10, {}, 0});
    EXPECT_EQ(instance->report().closed, Epoch{2});
}

TEST_F(EmptiedDirectory, AServerThatDiesBeforeItWasClosedIsProof) {
    instance->adopt(Supervised{"g-a", 7, Instant{}});
    instance->start();
    instance->directive(view(false));
    instance->gone();
    EXPECT_EQ(instance->report().closed, Epoch{2});
}

TEST_F(EmptiedDirectory, WhereNothingWasLeftThePromiseIsProofAtOnce) {
    instance->start();
    instance->directive(view(false));
    EXPECT_EQ(instance->report().closed, Epoch{2});
}

/// By an older state it needed nobody's word but the lease; by the present one the kernel
/// has to confirm, which takes a moment. The guard holds a deadline all the time.
TEST_F(EmptiedDirectory, AServerLeftOpenStaysSoUntilItsLeaseIsWonByThePresentState) {
    instance->adopt(Supervised{"g-a", 7, Instant{}});
    instance->start();
    MemberView older = view(false);
    older.closed.clear();
    older.lease_ends[lease::Pair{declared.id, Epoch{2}}] = loop.now() + std::chrono::seconds{10};
    instance->directive(older);
    MemberView present = view(true);
    present.closed.clear();
    instance->directive(present);
    EXPECT_FALSE(closing) << "it was closed, and its clients with it";
    present.lease_ends = older.lease_ends;
    instance->directive(present);
    present.lease_ends.clear();
    instance->directive(present);
    EXPECT_TRUE(closing) << "the lease is lost";
}

/// A position counts as final only when nothing can reach the server any more.
TEST_F(EmptiedDirectory, AStandbyIsSeveredWhenItHasLetGo) {
    instance->adopt(Supervised{"g-a", 7, Instant{}});
    instance->start();
    instance->directive(revoked());
    ASSERT_TRUE(closing);
    EXPECT_EQ(instance->report().severed, Epoch{}) << "it is letting go";
    closing(Position{"history", 10, {}, 0});
    EXPECT_EQ(instance->report().severed, Epoch{2});
}

/// What was observed before an order says nothing about the histories after it: an
/// opening and a closing may both fall between two looks.
TEST_F(EmptiedDirectory, TheHistoryBeforeIsThatOfTheOrderAsWell) {
    instance->adopt(Supervised{"g-a", 7, Instant{}});
    instance->start();
    instance->directive(revoked());
    ASSERT_TRUE(closing);
    closing(Position{"history", 10, "before", 8});
    EXPECT_EQ(instance->report().replication_id, "history");
    EXPECT_EQ(instance->report().offset, 10U);
    EXPECT_EQ(instance->report().replication_id2, "before");
    EXPECT_EQ(instance->report().offset2, 8U);
}

/// Writable or not, as the test says.
class Changeable final : public InertServer {
public:
    explicit Changeable(const cluster::ServerRole& role) : role_(role) {}
    void observe(Instant /*deadline*/, Done<cluster::InstanceReport> done) override {
        cluster::InstanceReport report;
        report.role = role_;
        done(report);
    }
    void follow(cluster::Endpoint /*primary*/, Epoch /*epoch*/, Instant /*deadline*/,
                Done<void> done) override {
        done(success());
    }

private:
    const cluster::ServerRole& role_;
};

struct OpenedByHand : ::testing::Test {
    OpenedByHand() {
        InstanceParts parts;
        parts.group.id = GroupId{"g"};
        for (const char* name : {"a", "b"}) {
            cluster::Instance each;
            each.id = InstanceId{std::string{"g-"} + name};
            each.node = NodeId{name};
            parts.group.instances.push_back(each);
        }
        parts.instance = parts.group.instances.front();
        view.formed = view.caught_up = true;
        cluster::State state;
        cluster::GroupState& group = state.groups[parts.group.id];
        group.declared = parts.group;
        group.phase = cluster::Phase::steady;
        group.primary = InstanceId{"g-b"};
        group.epoch = Epoch{2};
        view.state = std::make_shared<const cluster::State>(std::move(state));
        parts.server = std::make_unique<Changeable>(role);
        parts.quarantine = std::make_unique<EmptyQuarantine>();
        instance = std::make_unique<InstanceLoop>(
            loop, guard, member, std::move(parts),
            [this](const Event& event) { events.push_back(event.name); }, [] {});
        instance->adopt(Supervised{"g-a", 7, Instant{}});
        instance->directive(view);
    }
    void look_at(cluster::ServerRole seen) {
        role = seen;
        instance->start();
    }

    HeldLoop loop;
    IdleGuard guard;
    DeafMember member;
    cluster::ServerRole role = cluster::ServerRole::standby;
    MemberView view;
    std::vector<std::string> events;
    std::unique_ptr<InstanceLoop> instance;
};

TEST_F(OpenedByHand, AStandbyThatTakesWritesIsToldOncePerTime) {
    using enum cluster::ServerRole;
    look_at(standby);
    EXPECT_EQ(instance->report().unappointed, 0U);
    look_at(primary);
    look_at(primary);
    EXPECT_EQ(instance->report().unappointed, 1U);
    EXPECT_TRUE(instance->report().unappointed_lately);
    look_at(standby);
    EXPECT_TRUE(instance->report().unappointed_lately) << "the alert outlasts its cause";
    look_at(primary);
    EXPECT_EQ(instance->report().unappointed, 2U);
    EXPECT_EQ(events, (std::vector<std::string>{"instance.unappointed", "instance.unappointed"}));
}

TEST_F(OpenedByHand, WhatAnEarlierAgentLeftOpenWasOpenedByNobodysHand) {
    look_at(cluster::ServerRole::primary);
    EXPECT_EQ(instance->report().unappointed, 0U);
    EXPECT_FALSE(instance->report().unappointed_lately);
}

/// Opens, and requires standbys as it is told or as somebody set by hand.
class Conditional final : public InertServer {
public:
    struct Script {
        bool needs = false;
        bool hesitates = false;  ///< Orders about standbys are answered by the test.
        Done<void> waiting;
        std::vector<Standbys> told;
    };
    explicit Conditional(Script& script) : script_(script) {}
    void observe(Instant /*deadline*/, Done<cluster::InstanceReport> done) override {
        cluster::InstanceReport report;
        report.role = open_ ? cluster::ServerRole::primary : cluster::ServerRole::standby;
        report.needs_standbys = script_.needs;
        done(report);
    }
    void promote(Epoch /*epoch*/, Instant /*deadline*/, Done<Position> done) override {
        open_ = true;
        done(Position{"history", 10, "", 0});
    }
    void require_standbys(const Standbys& standbys, Epoch /*epoch*/, Instant /*deadline*/,
                          Done<void> done) override {
        script_.told.push_back(standbys);
        script_.needs = standbys.required > 0;
        if (!script_.hesitates) return done(success());
        script_.waiting = std::move(done);
    }
    void isolate(Epoch /*epoch*/, Instant /*deadline*/, Done<Position> done) override {
        open_ = false;
        done(Position{"history", 10, "", 0});
    }

private:
    bool open_ = false;
    Script& script_;
};

struct Replicated : ::testing::Test {
    Replicated() {
        InstanceParts parts;
        parts.group.id = GroupId{"g"};
        parts.group.durability = cluster::Durability::replicated;
        parts.group.acknowledgements = 1;
        parts.instance.id = InstanceId{"g-a"};
        parts.instance.node = NodeId{"a"};
        parts.group.instances = {parts.instance};
        view.formed = view.caught_up = true;
        cluster::State state;
        cluster::GroupState& group = state.groups[parts.group.id];
        group.declared = parts.group;
        group.phase = cluster::Phase::promoting;
        group.primary = parts.instance.id;
        group.epoch = Epoch{2};
        view.state = std::make_shared<const cluster::State>(std::move(state));
        view.lease_ends[{parts.group.id, Epoch{2}}] = Instant::forever();
        parts.server = std::make_unique<Conditional>(script);
        parts.quarantine = std::make_unique<EmptyQuarantine>();
        instance = std::make_unique<InstanceLoop>(
            loop, guard, member, std::move(parts),
            [this](const Event& event) { events.push_back(event.name); }, [] {});
        instance->adopt(Supervised{"g-a", 7, Instant{}});
        instance->directive(view);
    }

    HeldLoop loop;
    IdleGuard guard;
    DeafMember member;
    Conditional::Script script;
    MemberView view;
    std::vector<std::string> events;
    std::unique_ptr<InstanceLoop> instance;
};

TEST_F(Replicated, WhatSomebodyChangedByHandIsSetAgain) {
    instance->start();
    ASSERT_EQ(instance->report().opened, Epoch{2});
    const Standbys itself{1, {InstanceId{"g-a"}}};
    EXPECT_EQ(script.told, std::vector{itself});
    instance->start();
    EXPECT_EQ(script.told.size(), 1U) << "it says that it holds to it";
    script.needs = false;
    instance->start();
    EXPECT_EQ(script.told, (std::vector{itself, itself}));
    EXPECT_TRUE(script.needs);
    EXPECT_EQ(events, (std::vector<std::string>{"instance.opened", "instance.condition"}));
}

TEST_F(Replicated, UntilItAdmitsWhomItsGroupDeclaresItsPositionIsNoProof) {
    view.applied = LogIndex{9};
    instance->start();
    instance->directive(view);
    instance->start();
    EXPECT_EQ(instance->report().asked_at, LogIndex{9});
    cluster::State state = *view.state;
    state.groups[GroupId{"g"}].declared.instances.emplace_back().id = InstanceId{"g-b"};
    view.state = std::make_shared<const cluster::State>(std::move(state));
    view.applied = LogIndex{12};
    script.hesitates = true;
    instance->directive(view);
    instance->start();
    const Standbys both{1, {InstanceId{"g-a"}, InstanceId{"g-b"}}};
    EXPECT_EQ(script.told.back(), both);
    EXPECT_EQ(instance->report().asked_at, LogIndex{});
    script.waiting(success());
    instance->start();
    EXPECT_EQ(instance->report().asked_at, LogIndex{12});
}

}  // namespace
}  // namespace baton::runtime
