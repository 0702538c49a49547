// Asking the server how it is and keeping it running. What is made of its answers is in
// instance_answers.cpp, what it is told to be in instance_orders.cpp.
#include "runtime/instance_loop.hpp"

#include "core/lease/closing.hpp"

#include <algorithm>
#include <utility>

namespace baton::runtime {

namespace {

/// How often a server is looked at. Three looks fit into the default time
/// after which a frozen primary is killed.
constexpr Duration look_interval = std::chrono::milliseconds{100};
/// A standby of a steady group decides nothing by how it is.
constexpr Duration calm_look_interval = std::chrono::milliseconds{200};
/// While it does not answer, its process is looked at more closely.
constexpr Duration close_look_interval = std::chrono::milliseconds{25};
constexpr Duration look_deadline = std::chrono::seconds{1};
constexpr Duration launch_pause_min = std::chrono::milliseconds{100};
constexpr Duration launch_pause_max = std::chrono::seconds{30};
/// A server that lived this long starts its back-off anew.
constexpr Duration launch_proven = std::chrono::seconds{10};
}  // namespace

InstanceLoop::InstanceLoop(Loop& loop, Guard& guard, MemberLink& member, InstanceParts parts,
                           Emit emit, Changed changed)
    : loop_(loop),
      guard_(guard),
      member_(member),
      parts_(std::move(parts)),
      emit_(std::move(emit)),
      changed_(std::move(changed)),
      keeper_(loop_, std::move(parts_.quarantine), emit_) {
    report_.quarantine = keeper_.kept();
    report_.instance = parts_.instance.id;
}

InstanceLoop::~InstanceLoop() {
    *alive_ = false;
    loop_.cancel(timer_);
}

void InstanceLoop::adopt(const Supervised& found) {
    adopted_ = true;
    report_.pid = found.pid;
    parts_.server->belongs_to(found.pid);
    report_.process = cluster::ProcessState::running;
    silence_.begin(loop_.now());
}

void InstanceLoop::start() {
    turn();
}

void InstanceLoop::redeclare(cluster::Group group, cluster::Instance instance, Launch launch) {
    parts_.group = std::move(group);
    parts_.instance = std::move(instance);
    parts_.launch = std::move(launch);
}

void InstanceLoop::directive(const MemberView& view) {
    const bool first = state_ == nullptr;
    state_ = view.state;
    applied_ = view.applied;
    const auto lease = view.lease_ends.find(pair());
    lease_end_ = lease == view.lease_ends.end() ? Instant::never() : lease->second;
    primary_open_ = view.open.contains(pair());
    caught_up_ = view.caught_up;
    lease_won_ = lease_won_ || (caught_up_ && may_open(loop_.now()));
    const auto closed = view.closed.find(parts_.group.id);
    if (closed != view.closed.end()) closed_ = std::max(closed_, closed->second);
    // Promised for a directory that was found empty, it says nothing about a
    // server that the agent before left open.
    if (first && !adopted_) report_.closed = closed_;
    if (first) changed_();
    reconcile();
}

void InstanceLoop::turn() {
    const Instant now = loop_.now();
    silence_.turned(now, observing_ && !dead());
    look(now);
    reconcile();
    const Instant next = now + pause_between_looks();
    silence_.comes_round(next);
    timer_ = loop_.at(next, [this] { turn(); });
}

/// The end of a lease is not waited past: the guard comes soon after.
Duration InstanceLoop::pause_between_looks() const {
    const bool silent = (observing_ || silence_.ever_stopped()) && silence_.waits();
    if (!dead() && (silent || !recognised_)) return close_look_interval;
    const cluster::GroupState* group = state_ ? state_->group(parts_.group.id) : nullptr;
    const bool calm = group != nullptr && group->phase == cluster::Phase::steady &&
                      group->primary != parts_.instance.id && !dead();
    const Duration left = lease::agent_closes_at(lease_end_) - loop_.now();
    if (report_.opened.value > 0 && left > Duration{0}) return std::min(look_interval, left);
    return calm ? calm_look_interval : look_interval;
}

void InstanceLoop::look(Instant now) {
    if (dead()) return;
    judge_process(now);
    kill_if_stuck(now);
    if (observing_ || dead()) return;
    observing_ = true;
    silence_.asked(now);
    const LogIndex applied = admits_as_declared() ? applied_ : LogIndex{};
    parts_.server->observe(now + look_deadline,
                           [this, alive = alive_, now, life = life_, orders = orders_done_,
                            applied](Result<cluster::InstanceReport> result) {
                               if (!*alive || life != life_) return;
                               observing_ = false;
                               if (result) result.value().asked_at = applied;
                               observed(result, now, orders == orders_done_);
                           });
}

/// Silence alone proves nothing; together with what the kernel says about the
/// process it tells frozen from busy. Time counts only while our own loop
/// turned: after a pause of the agent the answers are still in the socket. While
/// it answers, the kernel need not be asked.
void InstanceLoop::judge_process(Instant now) {
    using cluster::ProcessState;
    const ProcessState seen = silence_.waits() ? guard_.look(name()) : ProcessState::running;
    silence_.saw_stopped(seen == ProcessState::frozen);
    if (seen == ProcessState::busy) silence_.saw_progress(now);
    const bool silent = silence_.believed(now);
    const bool asleep =
        seen == ProcessState::running && silence_.stillness(now) >= detector::silent_time;
    ProcessState judged = ProcessState::running;
    if (silence_.stopped() || (silent && asleep)) {
        judged = ProcessState::frozen;
    } else if (silent) {
        judged = ProcessState::busy;
    }
    if (judged == report_.process) return;
    report_.process = judged;
    changed_();
}

/// A primary that is frozen, or busy for too long, is killed: its death is the
/// proof that lets another one take over at once. A standby gets more time.
void InstanceLoop::kill_if_stuck(Instant now) {
    using cluster::ProcessState;
    const bool frozen = report_.process == ProcessState::frozen;
    if (killing_ || (!frozen && report_.process != ProcessState::busy)) return;
    const bool frozen_primary = frozen && report_.opened.value > 0;
    const Duration limit = frozen_primary ? parts_.group.frozen_after : parts_.group.busy_after;
    const Duration silent = frozen_primary ? silence_.stillness(now) : silence_.length(now);
    if (silent < limit) return;
    killing_ = true;
    emit_(Event{Severity::warning,
                "instance.killed",
                "instance " + name() + " is killed: its process has been " +
                    std::string(cluster::name_of(report_.process)) + " and has not answered for " +
                    std::to_string(whole_milliseconds(silent)) + " ms",
                {{"instance", name()}, {"pid", std::to_string(report_.pid)}}});
    guard_.kill(name(), [this, alive = alive_](const Result<void>& killed) {
        if (!*alive || killed) return;
        killing_ = false;
        order_failed("be killed", killed.error());
    });
}

void InstanceLoop::gone() {
    ++life_;
    keeper_.stop();
    parts_.server->disconnect();
    parts_.server->belongs_to(0);
    const Epoch was_opened = report_.opened;
    cluster::InstanceReport fresh;
    fresh.instance = report_.instance;
    fresh.closed = report_.closed;
    fresh.quarantine = report_.quarantine;
    fresh.unappointed = report_.unappointed;
    fresh.unappointed_lately = report_.unappointed_lately;
    fresh.problem = recognised_ ? "" : report_.problem;
    if (!recognised_ && fresh.problem.empty()) {
        fresh.problem =
            "its server ended before it answered; " + parts_.launch.log_file + " says why";
    }
    report_ = std::move(fresh);
    adopted_ = recognised_ = false;
    observing_ = ordering_ = handing_over_ = isolating_ = launching_ = killing_ = isolated_ = false;
    silence_.begin(loop_.now());
    const Instant now = loop_.now();
    const bool proven = now - launched_at_ >= launch_proven;
    launch_pause_ = proven ? launch_pause_min
                           : std::clamp(launch_pause_ * 2, launch_pause_min, launch_pause_max);
    next_launch_ = now + launch_pause_;
    member_.standby_confirmed(pair(), parts_.instance);
    if (was_opened.value > 0) set_opened(Epoch{});
    emit_(Event{
        was_opened.value > 0 ? Severity::error : Severity::warning,
        "instance.gone",
        "instance " + name() + ": nothing of the server is left" +
            (was_opened.value > 0 ? "; it was primary at epoch " + std::to_string(was_opened.value)
                                  : ""),
        {{"instance", name()}}});
    changed_();
    reconcile();
}

/// A dead server is started only after its last epoch is closed for good: it
/// comes back as a standby of nobody. Whoever answers at its address before
/// that is somebody else's.
void InstanceLoop::launch_if_due() {
    const Instant now = loop_.now();
    if (!dead() || launching_ || retired_ || now < next_launch_ || !emptied()) return;
    launching_ = true;
    // Nothing that an earlier agent left may close the door of a standby.
    member_.standby_confirmed(pair(), parts_.instance);
    parts_.server->observe(now + look_deadline,
                           [this, alive = alive_](const Result<cluster::InstanceReport>& answer) {
                               if (*alive && launching_) launch_on_free_port(answer);
                           });
}

/// Whether nothing is left to be thrown away.
bool InstanceLoop::emptied() {
    if (!emptying_) return true;
    const cluster::GroupState* group = state_ ? state_->group(parts_.group.id) : nullptr;
    const bool elsewhere = group != nullptr && !group->revoked && group->primary &&
                           group->primary != parts_.instance.id &&
                           group->successor != parts_.instance.id;
    if (!elsewhere) {
        emptying_ = false;
        emit_(Event{Severity::warning,
                    "instance.kept",
                    "instance " + name() +
                        ": its data is kept, although it was to be thrown away: the group lost "
                        "its primary meanwhile, and this may be a copy it needs",
                    {{"instance", name()}}});
        return true;
    }
    const Result<void> done =
        parts_.empty ? parts_.empty() : refused("nobody knows which files are its data");
    if (!done) {
        not_launched("its data cannot be thrown away: " + done.error().message);
        return false;
    }
    emptying_ = false;
    emit_(Event{Severity::warning,
                "instance.emptied",
                "instance " + name() + ": its data was thrown away; it copies everything anew",
                {{"instance", name()}}});
    return true;
}

void InstanceLoop::launch_on_free_port(const Result<cluster::InstanceReport>& answer) {
    parts_.server->disconnect();
    if (answer || answer.error().kind != ErrorKind::unavailable) {
        const cluster::Endpoint& at = parts_.instance.endpoint;
        const std::string who = answer && answer.value().pid != 0
                                    ? "process " + std::to_string(answer.value().pid)
                                    : "a server";
        return not_launched(who + " that baton did not start answers at " + at.host + ":" +
                            std::to_string(at.port) +
                            "; it is left alone: stop it, or give the instance another port");
    }
    // What the configuration says that the launch was made with.
    standbys_ = all_standbys(parts_.group, 0);
    guard_.launch(parts_.launch, [this, alive = alive_](const Result<Supervised>& result) {
        if (*alive) launched(result);
    });
}

void InstanceLoop::not_launched(const std::string& problem) {
    launching_ = false;
    launch_pause_ = std::clamp(launch_pause_ * 2, launch_pause_min, launch_pause_max);
    next_launch_ = loop_.now() + launch_pause_;
    report_.problem = "cannot be started: " + problem;
    note_problem();
    changed_();
}

void InstanceLoop::launched(const Result<Supervised>& result) {
    if (!result) return not_launched(result.error().message);
    launching_ = false;
    recognised_ = false;
    const Instant now = loop_.now();
    report_.pid = result.value().pid;
    parts_.server->belongs_to(report_.pid);
    report_.process = cluster::ProcessState::running;
    introduced_ = false;
    launched_at_ = now;
    silence_.begin(now);
    emit_(Event{Severity::info,
                "instance.started",
                "instance " + name() + " runs as a standby of nobody",
                {{"instance", name()}, {"pid", std::to_string(report_.pid)}}});
    changed_();
}

}  // namespace baton::runtime
