// What the server is told to be. Asking it how it is and keeping it running is in
// instance_loop.cpp, what is made of its answers in instance_answers.cpp.
#include "runtime/instance_loop.hpp"

#include "core/lease/closing.hpp"

#include <algorithm>
#include <utility>

namespace baton::runtime {

namespace {

constexpr Duration order_deadline = std::chrono::milliseconds{500};
/// Pause after an order that failed, so that a broken server costs no storm.
constexpr Duration order_pause = std::chrono::milliseconds{20};

/// How many standbys a write takes.
std::uint32_t required_by(const cluster::Group& declared) {
    const bool replicated = declared.durability == cluster::Durability::replicated;
    return replicated ? declared.acknowledgements : 0;
}

}  // namespace

lease::Pair InstanceLoop::pair() const {
    const cluster::GroupState* group = state_ ? state_->group(parts_.group.id) : nullptr;
    return {parts_.group.id, group == nullptr ? Epoch{} : group->epoch};
}

std::optional<failover::Posture> InstanceLoop::wanted() const {
    const cluster::GroupState* group = state_ ? state_->group(parts_.group.id) : nullptr;
    if (group == nullptr) return std::nullopt;
    failover::LocalAuthority authority;
    authority.now = loop_.now();
    authority.close_at = lease::agent_closes_at(lease_end_);
    authority.closed = std::max(closed_, closing_);
    authority.fenced = state_->duty_of(parts_.instance.node) == cluster::Duty::fenced;
    authority.primary_open = primary_open_;
    return failover::posture(*group, parts_.instance.id, authority);
}

bool InstanceLoop::may_open(Instant now) const {
    return now < lease::agent_closes_at(lease_end_);
}

/// A server that an earlier agent left is as that agent wanted it, and the
/// guard still holds that agent's deadline. It is not touched until this agent
/// knows the present state and, for a primary, has tried to renew its lease.
bool InstanceLoop::leave_alone(const failover::Posture& wanted) const {
    if (!adopted_) return false;
    if (!caught_up_) return true;
    const bool closes_for_now = wanted.want == failover::Want::isolated && !wanted.for_good &&
                                state_->group(parts_.group.id)->primary == parts_.instance.id;
    return closes_for_now && !lease_won_;
}

/// The server was chosen for what it held; restarted since, it may be empty,
/// and opening it would make everyone copy that.
bool InstanceLoop::lost_its_memory() const {
    const std::string& chosen = state_->group(parts_.group.id)->primary_run_id;
    return !chosen.empty() && !report_.run_id.empty() && chosen != report_.run_id;
}

void InstanceLoop::reconcile() {
    const auto want = wanted();
    if (!want) return;
    if (dead()) {
        // Nothing is left of a server that held an appointment: that epoch is
        // over here, and only after this promise may a new one start.
        const cluster::GroupState& group = *state_->group(parts_.group.id);
        const bool held = group.primary == parts_.instance.id && !group.revoked;
        const Epoch over = held || want->for_good ? group.epoch : Epoch{};
        if (over > closed_) return promise_closed(over);
        tell_closed();
        return launch_if_due();
    }
    if (!recognised_ || leave_alone(*want)) return;
    if (want->want == failover::Want::isolated) return isolate();
    const bool opens = want->want != failover::Want::following;
    if (opens && lost_its_memory()) return promise_closed(want->epoch);
    const bool undone = handing_over_ && want->want == failover::Want::primary;
    if ((ordering_ && !undone) || loop_.now() < next_order_) return;
    if (report_.role == cluster::ServerRole::unknown) return;
    switch (want->want) {
        case failover::Want::primary: return promote();
        case failover::Want::following: return follow();
        case failover::Want::handing_over: return hand_over();
        case failover::Want::isolated: return;
    }
}

/// Closing never waits for another order: it may overtake one, and the other
/// order's result is then judged against what is wanted by that time.
void InstanceLoop::isolate() {
    const failover::Posture want = *wanted();
    if (isolated_) return note_isolated(want);
    if (isolating_ || loop_.now() < next_order_) return;
    isolating_ = true;
    keeper_.stop();
    parts_.server->isolate(want.epoch, loop_.now() + order_deadline,
                           [this, alive = alive_, life = life_](const Result<Position>& result) {
                               if (!*alive || life != life_) return;
                               isolating_ = false;
                               ++orders_done_;
                               isolated(result);
                           });
}

void InstanceLoop::isolated(const Result<Position>& result) {
    if (!result) return order_failed("isolate", result.error());
    isolated_ = true;
    report_.role = cluster::ServerRole::standby;
    report_.following = InstanceId{};
    report_.link_up = false;
    take_position(result.value());
    note_closed();
    set_opened(Epoch{});
    member_.standby_confirmed(pair(), parts_.instance);
    changed_();
    reconcile();
}

/// The server is a standby of nobody and was so before this was asked for, so
/// its position is final for every revoked epoch up to now.
void InstanceLoop::note_isolated(const failover::Posture& want) {
    const cluster::GroupState* group = state_->group(parts_.group.id);
    if (group->revoked && report_.severed < group->epoch) {
        report_.severed = group->epoch;
        changed_();
    }
    if (want.for_good && want.epoch > closed_) return promise_closed(want.epoch);
    tell_closed();
}

/// Every opening begins a new history, of which a standby remembers only the
/// one before. So a second opening at the same epoch waits until the first is
/// on record: two steps away, the standby that holds most would look foreign.
bool InstanceLoop::history_on_record() const {
    const cluster::GroupState& group = *state_->group(parts_.group.id);
    const std::string& recorded = group.lineage.replication_id;
    return group.phase == cluster::Phase::promoting || recorded.empty() ||
           report_.replication_id == recorded;
}

/// As agreed in the log: set before the server opens, and lifted only after
/// the group was declared to promise less.
Standbys InstanceLoop::standbys_wanted() const {
    const cluster::Group& declared = state_->group(parts_.group.id)->declared;
    return all_standbys(declared, required_by(declared));
}

/// Until it is so, somebody who no longer belongs to the group may confirm writes.
bool InstanceLoop::admits_as_declared() const {
    const cluster::GroupState* group = state_ ? state_->group(parts_.group.id) : nullptr;
    return group != nullptr && standbys_ && standbys_->required == required_by(group->declared) &&
           std::ranges::equal(standbys_->admitted, group->declared.instances, {}, {},
                              &cluster::Instance::id);
}

void InstanceLoop::require_standbys(const Standbys& wanted) {
    ordering_ = true;
    standbys_.reset();
    parts_.server->require_standbys(
        wanted, pair().epoch, loop_.now() + order_deadline,
        [this, alive = alive_, wanted, life = life_](const Result<void>& result) {
            if (!*alive || life != life_) return;
            ordering_ = false;
            ++orders_done_;
            if (!result) return order_failed("require standbys", result.error());
            standbys_ = wanted;
            reconcile();
        });
}

void InstanceLoop::promote() {
    const Epoch epoch = pair().epoch;
    if (!admits_as_declared()) return require_standbys(standbys_wanted());
    const bool is_primary = report_.role == cluster::ServerRole::primary;
    if (is_primary && report_.opened == epoch && !handing_over_) return;
    // A server that is open already, left by an earlier agent, begins no new
    // history by being confirmed; only that lets its history be recorded. One
    // whose hand-over was undone half-way may have closed itself meanwhile.
    const bool surely_open = is_primary && !handing_over_;
    if (!may_open(loop_.now()) || (!surely_open && !history_on_record())) return;
    ordering_ = true;
    handing_over_ = false;
    isolated_ = false;
    keeper_.stop();
    parts_.server->promote(
        epoch, loop_.now() + order_deadline,
        [this, alive = alive_, epoch, life = life_](const Result<Position>& result) {
            if (!*alive || life != life_) return;
            ordering_ = false;
            ++orders_done_;
            promoted(result, epoch);
        });
}

void InstanceLoop::promoted(const Result<Position>& result, Epoch epoch) {
    if (!result) return order_failed("promote", result.error());
    isolated_ = false;
    report_.role = cluster::ServerRole::primary;
    report_.following = InstanceId{};
    take_position(result.value());
    const auto want = wanted();
    const bool still = want && want->epoch == epoch && want->want != failover::Want::isolated;
    if (still) {
        set_opened(epoch);
        emit_(Event{Severity::info,
                    "instance.opened",
                    "instance " + name() + " accepts writes as primary of epoch " +
                        std::to_string(epoch.value),
                    {{"instance", name()}, {"epoch", std::to_string(epoch.value)}}});
    }
    changed_();
    reconcile();
}

void InstanceLoop::follow() {
    const failover::Posture want = *wanted();
    const cluster::Instance* primary = parts_.group.find(want.other);
    tell_closed();  // It serves under another's epoch: its own are history.
    if (primary == nullptr) return;
    const bool follows = report_.following == want.other;
    // It would attach by itself to a primary that came back with less than it holds.
    const bool away = follows && !report_.link_up;
    if (away && holds_more()) return isolate();
    if (follows ? introduced_ : keeps_tail(want.epoch)) return;
    ordering_ = true;
    isolated_ = false;
    parts_.server->follow(primary->endpoint, want.epoch, loop_.now() + order_deadline,
                          [this, alive = alive_, want, life = life_](const Result<void>& result) {
                              if (!*alive || life != life_) return;
                              ordering_ = false;
                              ++orders_done_;
                              if (!result) return order_failed("follow", result.error());
                              report_.following = want.other;
                              introduced_ = true;
                              changed_();
                              reconcile();
                          });
}

/// Something that its group lacks and that is not kept yet.
bool InstanceLoop::holds_more() const {
    return keeper_.due(*state_->group(parts_.group.id), report_);
}

/// True while the server has to wait: following drops what its group lacks. A
/// server that still accepts writes is closed first, so that what it holds is final.
bool InstanceLoop::keeps_tail(Epoch epoch) {
    const cluster::GroupState& group = *state_->group(parts_.group.id);
    if (report_.role == cluster::ServerRole::primary && group.fallen.contains(report_.instance)) {
        isolate();
        return true;
    }
    if (!holds_more()) return false;
    if (!keeper_.may_try()) return true;
    const auto attach = [this, epoch](cluster::Endpoint at, Done<void> done) {
        isolated_ = false;
        parts_.server->follow(std::move(at), epoch, loop_.now() + order_deadline, std::move(done));
    };
    keeper_.keep(group, report_, attach, [this, life = life_] {
        if (life != life_) return;
        ++orders_done_;
        report_.quarantine = keeper_.kept();
        changed_();
        reconcile();
    });
    return true;
}

/// What a standby misses while it is away has to be there when it comes back.
void InstanceLoop::fit_backlog() {
    const std::uint64_t present = report_.backlog_bytes;
    const std::uint64_t wanted = failover::backlog_size(report_.bytes_per_second, present);
    if (dead() || !recognised_ || present == 0 || wanted == present || fitting_backlog_) return;
    fitting_backlog_ = true;
    parts_.server->keep_history(
        wanted, loop_.now() + order_deadline,
        [this, alive = alive_, wanted](const Result<void>& result) {
            if (!*alive) return;
            fitting_backlog_ = false;
            if (!result) return order_failed("keep more of its history", result.error());
            emit_(Event{Severity::info,
                        "instance.backlog",
                        "instance " + name() + " keeps the last " + std::to_string(wanted) +
                            " bytes of its history for standbys that come back: it grows by " +
                            std::to_string(report_.bytes_per_second) + " bytes a second",
                        {{"instance", name()}, {"bytes", std::to_string(wanted)}}});
        });
}

/// Tried once per switchover: when the successor does not catch up in time, or the
/// lease is lost before, the primary goes on, and the leader undoes the switchover.
void InstanceLoop::hand_over() {
    const failover::Posture want = *wanted();
    const cluster::Instance* successor = parts_.group.find(want.other);
    if (report_.opened != want.epoch || successor == nullptr) return promote();
    const LogIndex begun = cluster::phase_began_at(*state_->group(parts_.group.id));
    if (hand_over_tried_ == begun) return;
    hand_over_tried_ = begun;
    ordering_ = handing_over_ = true;
    parts_.server->hand_over(
        successor->endpoint, want.epoch, loop_.now() + parts_.group.switchover_timeout,
        [this, alive = alive_, want, life = life_](const Result<Position>& result) {
            if (!*alive || life != life_) return;
            ++orders_done_;
            if (!std::exchange(handing_over_, false)) return;  // The order to go on replaced it.
            ordering_ = false;
            handed_over(result, want);
        });
}

void InstanceLoop::handed_over(const Result<Position>& result, const failover::Posture& want) {
    if (!result) {
        report_.hand_over_failed = hand_over_tried_;
        order_failed("hand over", result.error());
        return changed_();
    }
    isolated_ = true;
    report_.role = cluster::ServerRole::standby;
    take_position(result.value());
    report_.handed_over_to = want.other;
    note_closed();
    set_opened(Epoch{});
    promise_closed(want.epoch);
    changed_();
}

void InstanceLoop::promise_closed(Epoch epoch) {
    if (closing_ >= epoch) return;
    closing_ = epoch;
    member_.close_epoch(parts_.group.id, epoch, [this, alive = alive_, epoch](Result<void> closed) {
        if (!*alive) return;
        if (!closed) {
            closing_ = closed_;
            return order_failed("record the closed epoch", closed.error());
        }
        closed_ = std::max(closed_, epoch);
        report_.closed = closed_;
        member_.standby_confirmed(pair(), parts_.instance);
        changed_();
        reconcile();
    });
}

/// Nothing is open under an epoch that was promised to be over: now it is proof.
void InstanceLoop::tell_closed() {
    if (report_.closed == closed_) return;
    report_.closed = closed_;
    changed_();
}

void InstanceLoop::set_opened(Epoch epoch) {
    if (report_.opened == epoch) return;
    const Epoch before = report_.opened;
    report_.opened = epoch;
    if (epoch.value > 0) {
        report_.handed_over_to = InstanceId{};
        member_.set_open({parts_.group.id, epoch}, true);
    } else {
        member_.set_open({parts_.group.id, before}, false);
    }
}

/// A primary that stops serving is news, with the reason; a standby is not.
void InstanceLoop::note_closed() {
    if (report_.opened.value == 0) return;
    const auto want = wanted();
    emit_(Event{Severity::warning,
                "instance.closed",
                "instance " + name() + " accepts no more writes as primary of epoch " +
                    std::to_string(report_.opened.value) +
                    (want ? ": " + std::string(want->why) : std::string{}),
                {{"instance", name()}, {"epoch", std::to_string(report_.opened.value)}}});
}

void InstanceLoop::order_failed(std::string_view verb, const Error& error) {
    // A conflict means that a newer order took this one's place.
    if (error.kind == ErrorKind::conflict) return;
    next_order_ = loop_.now() + order_pause;
    const std::string text = std::string(verb) + ": " + error.message;
    if (text == last_failure_) return;
    last_failure_ = text;
    emit_(Event{Severity::warning,
                "instance.order_failed",
                "instance " + name() + " could not " + text + ". baton tries again.",
                {{"instance", name()}, {"kind", std::string(name_of(error.kind))}}});
}

void InstanceLoop::take_position(const Position& position) {
    report_.replication_id = position.replication_id;
    report_.offset = position.offset;
    report_.replication_id2 = position.previous_id;
    report_.offset2 = position.previous_until;
}

}  // namespace baton::runtime
