// What a node says about its own front, which others and `baton doctor` rely on.
#include "runtime/front_loop.hpp"

#include "unit/runtime/held_loop.hpp"

#include <gtest/gtest.h>

#include <map>
#include <utility>

namespace baton::runtime {
namespace {

/// Answers as told.
class ToldFront final : public Front {
public:
    explicit ToldFront(Result<void>& answer) : answer_(answer) {}
    void apply(std::vector<FrontRoute> /*routes*/, Instant /*deadline*/, Done<void> done) override {
        done(answer_);
    }

private:
    Result<void>& answer_;
};

class Listener final : public MemberLink {
public:
    void instances(cluster::InstanceReports /*reports*/) override {}
    void fronts(SharedMap<GroupId, Epoch> fronts) override { served = std::move(fronts); }
    void set_open(lease::Pair /*pair*/, bool /*open*/) override {}
    void cut_off(NodeId /*node*/, LogIndex /*after*/) override {}
    void standby_confirmed(lease::Pair /*pair*/, cluster::Instance /*instance*/) override {}
    void close_epoch(GroupId /*group*/, Epoch /*epoch*/, Done<void> done) override {
        done(success());
    }
    SharedMap<GroupId, Epoch> served;
};

MemberView view_at(Epoch epoch, cluster::Phase phase = cluster::Phase::steady) {
    cluster::State state;
    cluster::Instance instance;
    instance.id = InstanceId{"g-a"};
    instance.node = NodeId{"a"};
    instance.endpoint = {"127.0.0.1", 7000};
    cluster::GroupState group;
    group.declared.id = GroupId{"g"};
    group.declared.write_port = 6000;
    group.declared.instances = {instance};
    group.phase = phase;
    group.primary = instance.id;
    group.epoch = epoch;
    state.nodes[instance.node].declared.id = instance.node;
    state.groups[group.declared.id] = group;
    MemberView view;
    view.formed = true;
    view.caught_up = true;
    view.state = std::make_shared<const cluster::State>(std::move(state));
    return view;
}

TEST(FrontLoop, AFrontThatCouldNotBeSwitchedIsNotCurrent) {
    HeldLoop loop;
    Listener member;
    Result<void> answer = success();
    FrontLoop front(NodeId{"a"}, loop, std::make_unique<ToldFront>(answer), member, [](Event) {});
    front.directive(view_at(Epoch{1}));
    EXPECT_EQ(member.served, (SharedMap<GroupId, Epoch>{{GroupId{"g"}, Epoch{1}}}));
    answer = outcome_unknown("HAProxy did not obey");
    front.directive(view_at(Epoch{2}));
    EXPECT_TRUE(member.served.empty());
    answer = success();
    ASSERT_EQ(loop.waiting.size(), 1U);
    loop.waiting.front()();
    EXPECT_EQ(member.served, (SharedMap<GroupId, Epoch>{{GroupId{"g"}, Epoch{2}}}));
}

TEST(FrontLoop, ADoorWithoutPrimaryServesNoEpoch) {
    HeldLoop loop;
    Listener member;
    Result<void> answer = success();
    FrontLoop front(NodeId{"a"}, loop, std::make_unique<ToldFront>(answer), member, [](Event) {});
    MemberView view = view_at(Epoch{2}, cluster::Phase::promoting);
    front.directive(view);
    EXPECT_TRUE(member.served.empty()) << "appointed, not open yet";
    view.open = {{{GroupId{"g"}, Epoch{2}}, NodeId{"a"}}};
    front.directive(view);
    EXPECT_EQ(member.served, (SharedMap<GroupId, Epoch>{{GroupId{"g"}, Epoch{2}}}));
}

}  // namespace
}  // namespace baton::runtime
