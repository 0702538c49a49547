// Who is waited for, and for how long.
#include "core/failover/candidate.hpp"

#include "revoked_group.hpp"

#include <gtest/gtest.h>

namespace baton::failover {
namespace {

/// a is asked to hand the office on and holds as much; it is not whom c has to exceed.
TEST(Choose, WhoIsHeardToHoldMoreThanThoseThatMayBeChosenIsWaitedForLonger) {
    const GroupState group = revoked_group();
    InstanceReport avoided = standby("a", 900);
    avoided.closed = Epoch{3};
    InstanceReport moving = standby("c", 900);
    moving.severed = Epoch{2};
    Election election = takeover(group, {avoided, standby("b", 600), moving});
    election.avoid = id("a");
    election.patience_over = true;
    election.further_patience_over = false;
    EXPECT_EQ(choose(election).verdict, Candidate::awaited);
    election.further_patience_over = true;
    EXPECT_EQ(choose(election).best, id("b"));
}

}  // namespace
}  // namespace baton::failover
