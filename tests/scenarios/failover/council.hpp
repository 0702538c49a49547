#pragma once

/// A leader that decides about one group, steered by the lines of a
/// conversation. What it decides is applied to the replicated state, as the
/// log would do; what the servers do is told by `observe`.
///
///     group a,b,c [block=60s timeout=5s priority=a:0,b:10 replicated=1]   instances, one
///         per node; replicated with that many acknowledgements
///     observe a primary epoch=1 at=100       open at that epoch
///     observe b follows=a at=100 [link=down]
///     observe b nobody at=100 severed=1      standby of nobody
///     observe a dead closed=1                process gone
///     observe a silent                       its node is not heard
///         and: history=H before=G until=50 keys=10 run=r1 process=frozen loading=yes
///              problem=TEXT front=stale handed_over_to=b asked=4 cannot_save=yes disk=stalled
///              gave_up=yes               tried the present switchover in vain
///     hear a alive|suspect [age=50ms]        how present its node is to the leader
///     duty a active|drained|fenced
///     fencing a none|guard       failed yes|no      quorum yes|no     lease over|running
///     request switchover|failover [to=b] [accept_loss=yes]     pause      resume
///     advance 300ms      leader new          another node leads: what this one saw is forgotten
///     decide      rule, step and sentence; facts; candidates; and the group after it
///     show
///     loss
///
/// Errors of the state machine become the answer.

#include "core/failover/assessment.hpp"
#include "scenarios/conversation/conversation.hpp"

#include <string>

namespace baton::failover::test {

class Council {
public:
    [[nodiscard]] std::string perform(const baton::test::Command& command);

private:
    [[nodiscard]] std::string group(const baton::test::Command& command);
    [[nodiscard]] std::string observe(const baton::test::Command& command);
    [[nodiscard]] std::string hear(const baton::test::Command& command);
    [[nodiscard]] std::string request(const baton::test::Command& command);
    [[nodiscard]] std::string pause(bool paused);
    [[nodiscard]] std::string decide();
    [[nodiscard]] std::string apply(const cluster::Command& command);
    [[nodiscard]] std::string loss() const;
    [[nodiscard]] std::string show() const;
    [[nodiscard]] cluster::InstanceReport seen(const baton::test::Command& command) const;
    [[nodiscard]] Situation situation() const;
    [[nodiscard]] const cluster::GroupState& watched() const;

    cluster::State state_;
    std::map<NodeId, cluster::NodeReport> reports_;
    Hearings hearings_;
    bool quorum_ = true;
    bool primary_failed_ = false;
    bool lease_over_ = false;
    Instant now_{std::chrono::hours{1}};
    Instant phase_since_{std::chrono::hours{1}};
    Instant failover_at_ = Instant::never();
    Sickness sickness_ = Sickness::none;
    Instant sick_since_;
    Instant history_at_ = Instant::never();
    std::uint64_t entries_ = 0;
};

}  // namespace baton::failover::test
