#pragma once

/// The control loop: on the Raft leader, gathers the situation of each group,
/// asks core/failover what to do, and proposes it. One proposal per group is
/// under way at a time, so a decision is always taken on its predecessor's
/// result. A leader that is to lead nothing, hears less than another voter, or has held
/// a primary for a while, hands consensus on.

#include "base/event.hpp"
#include "core/failover/assessment.hpp"
#include "ports/loop.hpp"
#include "runtime/authority.hpp"
#include "runtime/consensus.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace baton::runtime {

class Control {
public:
    using Emit = std::function<void(Event)>;

    Control(Loop& loop, Consensus& consensus, Authority& authority, Emit emit);

    /// The applied state moved, by an entry or a snapshot.
    void applied(const cluster::State& state);
    /// The same, where only this group of it moved.
    void applied(const cluster::GroupState& group);
    /// What was applied so far is old news: no failover counts as recent.
    void caught_up();
    /// Leadership was won or lost: what is "since when" starts anew.
    void role_changed();

    /// Decides about every group. `reports` are the newest of heard nodes, our
    /// own included; `hearings` say how present each is. Does nothing on a follower.
    void turn(const std::map<NodeId, cluster::NodeReport>& reports,
              const failover::Hearings& hearings);
    /// Nodes that have to be cut off before somebody can be appointed; on the leader.
    [[nodiscard]] std::set<NodeId> to_cut_off() const;
    /// True while every group is steady: until news come, time changes nothing.
    [[nodiscard]] bool calm() const;
    /// True while some group is between two primaries and time matters.
    [[nodiscard]] bool hurried() const;

private:
    struct Watch {
        cluster::Phase phase = cluster::Phase::vacant;
        Epoch epoch;
        InstanceId primary;
        Instant since;
        Instant failover_at = Instant::never();
        failover::Sickness sickness = failover::Sickness::none;
        Instant sick_since;
        Instant history_at = Instant::never();  ///< When this leader had the history recorded.
        failover::Course course;
        bool proposing = false;
        std::string last_rule;
        NodeId to_cut_off;
    };

    /// What one turn knows of every node.
    struct Heard {
        const std::map<NodeId, cluster::NodeReport>& reports;
        const failover::Hearings& hearings;
        std::set<NodeId> failed;  ///< A majority of the voters holds them failed.
        bool quorum = false;
    };

    /// Who should lead instead of this node, and why.
    struct Instead {
        std::vector<NodeId> nodes;
        std::string_view why;
    };

    [[nodiscard]] Heard heard_in(const std::map<NodeId, cluster::NodeReport>& reports,
                                 const failover::Hearings& hearings) const;
    void turn_group(const cluster::GroupState& group, const Heard& heard);
    void follow_course(Watch& watch, const cluster::GroupState& group, const Heard& heard);
    void propose(const cluster::GroupState& group, const failover::Plan& plan);
    [[nodiscard]] bool settled() const;
    [[nodiscard]] Instead instead_of(const NodeId& self, const std::vector<NodeId>& voters,
                                     const std::map<NodeId, cluster::NodeReport>& reports) const;
    void give_way(const std::map<NodeId, cluster::NodeReport>& reports);
    void record_fencing(const std::map<NodeId, cluster::NodeReport>& reports);
    void note_sickness(Watch& watch, failover::Sickness seen);
    void note_rule(Watch& watch, const cluster::GroupState& group, const failover::Plan& plan);

    Loop& loop_;
    Consensus& consensus_;
    Authority& authority_;
    Emit emit_;
    std::map<GroupId, Watch> watches_;
    std::set<NodeId> recording_;
    Instant next_give_way_;
};

}  // namespace baton::runtime
