// Which order of an operator goes before another one that is still pending.
#include "core/cluster/state.hpp"

#include <gtest/gtest.h>

namespace baton::cluster {
namespace {

const GroupId jobs{"jobs"};

class Requests : public testing::Test {
protected:
    Requests() {
        state_.groups[jobs].declared.id = jobs;
        state_.groups[jobs].epoch = Epoch{1};
    }
    bool ask(RequestKind kind, bool accept_loss = false) {
        ++index_;
        const Request request{jobs, Epoch{1}, kind, {}, accept_loss, "operator", "", 0};
        return static_cast<bool>(state_.apply(request, {LogIndex{index_}, Term{1}}));
    }
    const PendingRequest& pending() { return state_.group(jobs)->request; }

    State state_;
    std::uint64_t index_ = 0;
};

TEST_F(Requests, AFailoverGoesBeforeASwitchover) {
    ASSERT_TRUE(ask(RequestKind::switchover));
    EXPECT_TRUE(ask(RequestKind::failover));
    EXPECT_EQ(pending().kind, RequestKind::failover);
}

/// Without that nobody could end a failover that would lose writes.
TEST_F(Requests, AFailoverThatAcceptsALossGoesBeforeOneThatDoesNot) {
    ASSERT_TRUE(ask(RequestKind::failover));
    EXPECT_TRUE(ask(RequestKind::failover, true));
    EXPECT_TRUE(pending().accept_loss);
}

TEST_F(Requests, ASwitchoverWaitsForWhateverIsPending) {
    ASSERT_TRUE(ask(RequestKind::switchover));
    EXPECT_FALSE(ask(RequestKind::switchover));
    ASSERT_TRUE(ask(RequestKind::failover));
    EXPECT_FALSE(ask(RequestKind::switchover));
    EXPECT_EQ(pending().kind, RequestKind::failover);
}

TEST_F(Requests, EachCanBeWithdrawn) {
    ASSERT_TRUE(ask(RequestKind::failover));
    EXPECT_TRUE(ask(RequestKind::none));
    EXPECT_EQ(pending().kind, RequestKind::none);
}

}  // namespace
}  // namespace baton::cluster
