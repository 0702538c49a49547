#pragma once

/// Keeps one server of this node in the posture core/failover wants: starts it, looks at it,
/// opens and closes it, and kills it when it is frozen while it should serve. On the working loop.
/// That an epoch is closed is reported once that is durable and the server a standby, or gone.

#include "base/event.hpp"
#include "core/cluster/report.hpp"
#include "core/detector/silence.hpp"
#include "core/failover/backlog.hpp"
#include "core/failover/posture.hpp"
#include "ports/guard.hpp"
#include "ports/loop.hpp"
#include "runtime/bridge.hpp"
#include "runtime/instance_parts.hpp"
#include "runtime/tail_keeper.hpp"
#include "runtime/view.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace baton::runtime {

class InstanceLoop {
public:
    using Emit = std::function<void(Event)>;
    using Changed = std::function<void()>;  ///< After every change of the report.
    InstanceLoop(Loop&, Guard&, MemberLink&, InstanceParts, Emit, Changed);
    ~InstanceLoop();

    /// What the guard knew when the agent started.
    void adopt(const Supervised& found);
    void start();
    void directive(const MemberView& view);
    /// Nothing of the server is left.
    void gone();
    /// The group was declared anew, with this server where it was.
    void redeclare(cluster::Group group, cluster::Instance instance, Launch launch);
    /// When it has ended it starts again without its data.
    void throw_away() { emptying_ = true; }
    /// No longer declared, or to be run elsewhere: it is not started again.
    void retire() { retired_ = true; }
    [[nodiscard]] bool retired() const { return retired_; }
    /// Nothing runs and nothing is being started.
    [[nodiscard]] bool idle() const { return dead() && !launching_; }
    /// It neither is nor was left open as a primary.
    [[nodiscard]] bool may_stop() const {
        return report_.opened.value == 0 && report_.role != cluster::ServerRole::primary;
    }
    [[nodiscard]] const cluster::Instance& instance() const { return parts_.instance; }
    [[nodiscard]] const GroupId& group() const { return parts_.group.id; }
    [[nodiscard]] const cluster::InstanceReport& report() const { return report_; }
    [[nodiscard]] const std::string& name() const { return parts_.instance.id.text; }

private:
    void turn();
    [[nodiscard]] Duration pause_between_looks() const;
    void look(Instant now);
    void observed(const Result<cluster::InstanceReport>& result, Instant asked, bool current);
    [[nodiscard]] bool recognise(const cluster::InstanceReport& seen);
    void take_report(cluster::InstanceReport seen);
    void note_problem();
    void note_condition();
    void note_unappointed();
    void judge_process(Instant now);
    void kill_if_stuck(Instant now);
    void reconcile();
    void launch_if_due();
    [[nodiscard]] bool emptied();
    void launch_on_free_port(const Result<cluster::InstanceReport>& answer);
    void not_launched(const std::string& problem);
    void launched(const Result<Supervised>& result);
    void isolate();
    void isolated(const Result<Position>& result);
    void note_isolated(const failover::Posture& wanted);
    void require_standbys(const Standbys& wanted);
    void promote();
    void promoted(const Result<Position>& result, Epoch epoch);
    void follow();
    [[nodiscard]] bool holds_more() const;
    [[nodiscard]] bool keeps_tail(Epoch epoch);
    void fit_backlog();
    void hand_over();
    void handed_over(const Result<Position>& result, const failover::Posture& wanted);
    void promise_closed(Epoch epoch);
    void tell_closed();
    void set_opened(Epoch epoch);
    void note_closed();
    void order_failed(std::string_view verb, const Error& error);
    void take_position(const Position& position);
    [[nodiscard]] std::optional<failover::Posture> wanted() const;
    [[nodiscard]] bool may_open(Instant now) const;
    [[nodiscard]] Standbys standbys_wanted() const;
    [[nodiscard]] bool admits_as_declared() const;
    [[nodiscard]] bool history_on_record() const;
    [[nodiscard]] bool lost_its_memory() const;
    [[nodiscard]] bool leave_alone(const failover::Posture& wanted) const;
    [[nodiscard]] lease::Pair pair() const;
    [[nodiscard]] bool dead() const { return report_.process == cluster::ProcessState::absent; }
    Loop& loop_;
    Guard& guard_;
    MemberLink& member_;
    InstanceParts parts_;
    Emit emit_;
    Changed changed_;
    std::shared_ptr<const cluster::State> state_;
    LogIndex applied_;                      ///< Newest entry in `state_`.
    Instant lease_end_ = Instant::never();  ///< Of the present pair; never: none was won.
    bool primary_open_ = false;             ///< As its holder says.
    Epoch closed_;                          ///< Durable, as the member last said.
    Epoch closing_;                         ///< Promise under way.
    LogIndex hand_over_tried_;              ///< The entry that began the switchover last tried.
    cluster::InstanceReport report_;
    detector::Silence silence_;
    Instant next_launch_ = Instant::never();
    Instant next_order_ = Instant::never();
    Duration launch_pause_{0};
    Instant launched_at_ = Instant::never();
    std::optional<Standbys> standbys_;  ///< As the server was told; empty: unknown.
    TailKeeper keeper_;
    failover::Growth growth_;  ///< Of the server's history.
    bool recognised_ = false;  ///< What answers is the process the guard started.
    bool caught_up_ = false;
    bool adopted_ = false;     ///< An earlier agent started this server.
    bool introduced_ = false;  ///< It was told, in this life and by this agent, as whom it follows.
    bool lease_won_ = false;   ///< By the present state: an older one may not ask the kernel.
    bool observing_ = false;
    bool ordering_ = false;
    bool handing_over_ = false;  ///< The order under way is a hand-over.
    bool isolating_ = false;
    bool fitting_backlog_ = false;
    bool launching_ = false;
    bool killing_ = false;
    bool retired_ = false;
    bool emptying_ = false;          ///< Its data is thrown away before the next start.
    bool isolated_ = false;          ///< Confirmed a standby of nobody since the last other order.
    std::uint64_t orders_done_ = 0;  ///< A look asked for before an order ended is void.
    std::uint64_t life_ = 0;  ///< Grows when the server dies: answers of an earlier life are void.
    TimerId timer_ = 0;
    bool seized_ = true;  ///< Until it is seen as a standby, and once it was told.
    Instant seized_at_ = Instant::never();
    std::string last_problem_;
    std::string last_failure_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace baton::runtime
