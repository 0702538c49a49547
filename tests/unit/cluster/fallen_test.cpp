// What the state remembers of a primary that was replaced, and how long.
#include "core/cluster/state.hpp"

#include <gtest/gtest.h>

namespace baton::cluster {
namespace {

const GroupId cache{"cache"};
const InstanceId a{"cache-a"};
const InstanceId b{"cache-b"};

class FallenPrimaries : public ::testing::Test {
protected:
    void SetUp() override {
        GroupState& group = state.groups[cache];
        group.declared.id = cache;
        for (const InstanceId& id : {a, b}) {
            Instance instance;
            instance.id = id;
            group.declared.instances.push_back(instance);
        }
        apply(Appoint{cache, Epoch{1}, a, "a1", {}, {}});
        apply(RecordOpened{cache, Epoch{1}, "H", 100, "", 0, {}});
    }
    void apply(const Command& command) {
        const auto applied = state.apply(command, {LogIndex{++entries}, Term{1}});
        ASSERT_TRUE(applied.has_value()) << applied.error().message;
    }
    void replace(Promise promise) {
        apply(Revoke{cache, Epoch{1}, {}});
        Loss loss;
        loss.epoch = Epoch{2};
        loss.promise = promise;
        loss.promoted = 600;
        loss.heard = 640;
        apply(Appoint{cache, Epoch{2}, b, "b1", loss, {}});
    }
    const GroupState& group() { return *state.group(cache); }

    State state;
    std::uint64_t entries = 0;
};

TEST_F(FallenPrimaries, AreRememberedWithWhereTheirSuccessorLeftTheirHistory) {
    replace(Promise::none);
    EXPECT_EQ(group().loss.bytes_known(), 40U);
    EXPECT_EQ(group().fallen.at(a), (Fallen{Epoch{2}, "a1", "H", 600, 40, 40}));
}

TEST_F(FallenPrimaries, AreForgottenWhenTheyWereSeenFollowing) {
    replace(Promise::none);
    apply(RecordOpened{cache, Epoch{2}, "I", 600, "H", 600, {}});
    apply(RecordSteady{cache, Epoch{2}, true, {}, {}});
    EXPECT_TRUE(group().fallen.contains(a)) << "steady without it";
    apply(RecordSteady{cache, Epoch{2}, false, {}, {}});
    apply(RecordSteady{cache, Epoch{2}, true, {a}, {}});
    EXPECT_TRUE(group().fallen.empty());
}

TEST_F(FallenPrimaries, AreForgottenWhenTheyServeAgain) {
    replace(Promise::none);
    apply(Revoke{cache, Epoch{2}, {}});
    apply(Appoint{cache, Epoch{3}, a, "a1", {}, {}});
    EXPECT_FALSE(group().fallen.contains(a));
    EXPECT_TRUE(group().fallen.contains(b));
}

TEST_F(FallenPrimaries, AreNoneAfterASwitchover) {
    replace(Promise::handed_over);
    EXPECT_TRUE(group().fallen.empty());
    EXPECT_EQ(group().loss.promise, Promise::handed_over);
}

TEST_F(FallenPrimaries, AHistoryGoesOnWhereTheOneBeforeWasLeft) {
    apply(RecordOpened{cache, Epoch{1}, "I", 720, "H", 600, {}});
    EXPECT_EQ(group().lineage, (Lineage{"I", 600, {"H", 100, 600}}));
    apply(RecordOpened{cache, Epoch{1}, "J", 800, "X", 790, {}});
    EXPECT_EQ(group().lineage, (Lineage{"J", 800, {}})) << "where it left I is not known";
    apply(RecordOpened{cache, Epoch{1}, "K", 820, "J", 780, {}});
    EXPECT_EQ(group().lineage, (Lineage{"K", 820, {}})) << "before J began";
}

}  // namespace
}  // namespace baton::cluster
