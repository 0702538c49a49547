#pragma once

/// One member of the cluster, on the consensus thread: formation, consensus, lease, detection and
/// the control loop, tied together by messages and timers, on one loop. Nothing blocks.

#include "base/event.hpp"
#include "core/detector/incident.hpp"
#include "core/detector/phi.hpp"
#include "core/detector/self_doubt.hpp"
#include "runtime/authority.hpp"
#include "runtime/consensus.hpp"
#include "runtime/control.hpp"
#include "runtime/departing.hpp"
#include "runtime/fencing.hpp"
#include "runtime/formation.hpp"
#include "runtime/member_options.hpp"
#include "runtime/pacer.hpp"
#include "runtime/replacing.hpp"
#include "runtime/rounds.hpp"
#include "runtime/view.hpp"

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace baton::runtime {

class Member final : private LogListener {
public:
    using Publish = std::function<void(MemberView)>;
    using Emit = std::function<void(Event)>;

    /// `publish` and `emit` are called on this loop and must not block.
    Member(Loop& loop, Transport& transport, LogStore& store, Fences fences, Recovered recovered,
           MemberOptions options, Publish publish, Emit emit);
    ~Member() override;

    void start();
    // What the other side of the agent says; called on this loop.
    /// The node's own servers changed, or were looked at again.
    void instances(cluster::InstanceReports reports);
    /// Which epoch's primary the front of this node serves, by group.
    void fronts(SharedMap<GroupId, Epoch> served);
    void set_open(const lease::Pair& pair, bool open);
    void standby_confirmed(const lease::Pair& pair, const cluster::Instance& instance);
    /// The operator's command, begun when `after` was applied, has cut `node` off.
    void cut_off(const NodeId& node, LogIndex after);
    /// Stops renewing at once and answers when the promise is durable.
    void close_epoch(const GroupId& group, Epoch epoch, Done<void> done);
    // What operators ask for.
    void propose(const cluster::Command& command, Done<cluster::EntryReference> done);
    void propose_membership(raft::Membership next, Done<cluster::EntryReference> done);
    void transfer_leadership(const NodeId& to, Done<void> done);
    void read_barrier(Done<void> done);
    void create_snapshot(Done<cluster::EntryReference> done);
    void compact_log(Done<LogIndex> done);

    [[nodiscard]] MemberView view() const;
    /// The cluster this member belongs to, and whether a peer may speak to it.
    [[nodiscard]] ClusterId cluster() const;
    [[nodiscard]] Result<void> admit(const NodeId& peer, Incarnation incarnation,
                                     const ClusterId& cluster) const;

private:
    void truncated(LogIndex index) override;
    void appended(const raft::Entry& entry, const cluster::Command* command) override;
    void applied(const raft::Entry& entry, const cluster::Command* command,
                 const Result<void>& outcome) override;
    void restored() override;
    void storage_failed(const Error& error) override;
    void role_changed() override;
    void receive(const NodeId& from, PeerMessage message);
    void offer_state(const NodeId& from, Incarnation incarnation);
    void note_stranger(const NodeId& from, Incarnation incarnation);
    void receive_heartbeat(const NodeId& from, const lease::Heartbeat& heartbeat);
    void receive_report(const NodeId& from, cluster::NodeReport report);
    void join(ClusterId cluster, raft::Snapshot first);
    void enter(const ClusterId& cluster, const raft::Snapshot& first);
    void begin(raft::Restored restored);
    void beat();
    void beat_soon();
    void watch_disk(Instant now);
    void publish();
    void act_soon();
    void act();
    void send_report();
    void say_all();
    void listen_for_members(Instant now);
    void note_liveness(Instant now);
    [[nodiscard]] bool settles_membership(const raft::Entry& entry);
    void note_incident();
    void tell(const cluster::Command& command);
    void note_progress();
    void meet_peers();
    [[nodiscard]] cluster::NodeReport own_report() const;
    [[nodiscard]] std::map<NodeId, cluster::NodeReport> heard_reports() const;
    [[nodiscard]] failover::Hearings hearings() const;
    [[nodiscard]] std::vector<cluster::PeerView> peers(Instant now) const;
    Loop& loop_;
    Transport& transport_;
    LogStore& store_;
    Fences fences_;
    Recovered recovered_;
    MemberOptions options_;
    Publish publish_;
    Emit emit_;
    Random random_;
    std::unique_ptr<Formation> formation_;
    Fencing fencing_;
    Authority authority_;
    detector::PhiDetector detector_;
    detector::SelfDoubt self_doubt_;
    bool disk_stalled_ = false;
    detector::IncidentMemory incidents_;
    std::unique_ptr<Consensus> consensus_;
    std::unique_ptr<Control> control_;
    std::unique_ptr<Replacing> replacing_;
    std::unique_ptr<Departing> departing_;
    std::map<GroupId, Epoch> closed_;
    cluster::InstanceReports instances_;
    SharedMap<GroupId, Epoch> fronts_;
    std::map<NodeId, cluster::NodeReport> reports_;
    std::map<NodeId, Instant> report_times_;
    std::set<NodeId> missed_;  ///< Whose last report could not be taken in.
    std::map<NodeId, cluster::Liveness> liveness_;
    std::map<NodeId, bool> connected_;
    std::map<NodeId, cluster::Endpoint> met_;  ///< Peers the transport was told of.
    std::uint64_t report_sequence_;
    std::uint64_t elections_started_ = 0;
    std::uint64_t leader_changes_ = 0;
    raft::Standing last_;  ///< As last told; its leader: the last one there was.
    Instant membership_settled_ = Instant::never();  ///< Last change, or first own commit.
    Term first_commit_in_;                           ///< Newest term with an own commit.
    std::map<NodeId, Instant> offered_;              ///< When each peer was offered the state.
    std::map<NodeId, cluster::Stranger> strangers_;  ///< Newest unknown directory of each.
    std::map<NodeId, Incarnation> named_;            ///< Newest directory in the log.
    Rounds rounds_;
    TimerId beat_timer_ = 0;
    TimerId hurry_timer_ = 0;
    Pacer acts_;
    Pacer extra_beats_;
    bool caught_up_ = false;
    bool report_due_ = false;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace baton::runtime
