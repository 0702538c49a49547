// What the state remembers of a primary that was replaced, and how long.
#include "core/cluster/state.hpp"

#include <gtest/gtest.h>

namespace baton::cluster {
namespace {

const GroupId shop{"shop"};
const InstanceId left{"shop-a"};
const InstanceId right{"shop-b"};

class FallenPrimaries : public ::testing::Test {
protected:
    void SetUp() override {
        GroupState& group = state.groups[shop];
        group.declared.id = shop;
        for (const InstanceId& id : {left, right}) {
            Instance instance;
            instance.id = id;
            group.declared.instances.push_back(instance);
        }
        apply(Appoint{shop, Epoch{1}, left, "a1", {}, {}});
        apply(RecordOpened{shop, Epoch{1}, "H", 100, "", 0, {}});
    }
    void apply(const Command& command) {
        const auto applied = state.apply(command, {LogIndex{++entries}, Term{1}});
        ASSERT_TRUE(applied.has_value()) << applied.error().message;
    }
    void replace(Promise promise) {
        apply(Revoke{shop, Epoch{1}, {}});
        Loss loss;
        loss.epoch = Epoch{2};
        loss.promise = promise;
        loss.promoted = 600;
        loss.heard = 640;
        apply(Appoint{shop, Epoch{2}, right, "b1", loss, {}});
    }
    const GroupState& group() { return *state.group(shop); }

    State state;
    std::uint64_t entries = 0;
};

TEST_F(FallenPrimaries, AreRememberedWithWhereTheirSuccessorLeftTheirHistory) {
    replace(Promise::none);
    EXPECT_EQ(group().loss.bytes_known(), 40U);
    EXPECT_EQ(group().fallen.at(left), (Fallen{Epoch{2}, "a1", "H", 600, 40, 40}));
}

TEST_F(FallenPrimaries, AreForgottenWhenTheyWereSeenFollowing) {
    replace(Promise::none);
    apply(RecordOpened{shop, Epoch{2}, "I", 600, "H", 600, {}});
    apply(RecordSteady{shop, Epoch{2}, true, {}, {}});
    EXPECT_TRUE(group().fallen.contains(left)) << "steady without it";
    apply(RecordSteady{shop, Epoch{2}, false, {}, {}});
    apply(RecordSteady{shop, Epoch{2}, true, {left}, {}});
    EXPECT_TRUE(group().fallen.empty());
}

TEST_F(FallenPrimaries, AreForgottenWhenTheyServeAgain) {
    replace(Promise::none);
    apply(Revoke{shop, Epoch{2}, {}});
    apply(Appoint{shop, Epoch{3}, left, "a1", {}, {}});
    EXPECT_FALSE(group().fallen.contains(left));
    EXPECT_TRUE(group().fallen.contains(right));
}

/// The successor came back from its disk with less than it had been given.
TEST_F(FallenPrimaries, HoldMoreWhenTheirSuccessorReturnsWithLess) {
    replace(Promise::none);
    apply(Revoke{shop, Epoch{2}, {}});
    Loss loss;
    loss.epoch = Epoch{3};
    loss.promoted = 550;
    apply(Appoint{shop, Epoch{3}, right, "b2", loss, {}});
    EXPECT_EQ(group().fallen.at(left), (Fallen{Epoch{3}, "a1", "H", 550, 90, 90}));
    EXPECT_EQ(group().loss.epoch, Epoch{3});
    EXPECT_EQ(group().fallen.size(), 1U) << "its own memory is gone for good";
}

TEST_F(FallenPrimaries, StayAsTheyWereWhenItReturnsWithAsMuch) {
    replace(Promise::none);
    apply(Revoke{shop, Epoch{2}, {}});
    apply(Appoint{shop, Epoch{3}, right, "b1", {}, {}});
    EXPECT_EQ(group().fallen.at(left), (Fallen{Epoch{2}, "a1", "H", 600, 40, 40}));
    EXPECT_EQ(group().loss.epoch, Epoch{2});
}

TEST_F(FallenPrimaries, AreNoneAfterASwitchover) {
    replace(Promise::handed_over);
    EXPECT_TRUE(group().fallen.empty());
    EXPECT_EQ(group().loss.promise, Promise::handed_over);
}

TEST_F(FallenPrimaries, AHistoryGoesOnWhereTheOneBeforeWasLeft) {
    apply(RecordOpened{shop, Epoch{1}, "I", 720, "H", 600, {}});
    EXPECT_EQ(group().lineage, (Lineage{"I", 600, {"H", 100, 600}}));
    apply(RecordOpened{shop, Epoch{1}, "J", 800, "X", 790, {}});
    EXPECT_EQ(group().lineage, (Lineage{"J", 800, {}})) << "where it left I is not known";
    apply(RecordOpened{shop, Epoch{1}, "K", 820, "J", 780, {}});
    EXPECT_EQ(group().lineage, (Lineage{"K", 820, {}})) << "before J began";
}

}  // namespace
}  // namespace baton::cluster
