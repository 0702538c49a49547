// What is made of a server's answers.
#include "runtime/instance_loop.hpp"

#include <utility>

namespace baton::runtime {

namespace {

/// How long an alert stands whose cause is mended at once: so that somebody sees it.
constexpr Duration alert_lasts = std::chrono::minutes{1};

Event failing_disk(const cluster::Instance& at) {
    const std::string what = "instance " + at.id.text + " could not save its data the last time; ";
    const std::string next = "a primary is handed over to a standby that can. Mend the disk under ";
    return {Severity::error, "instance.cannot_save",
            what + next + at.data + ", then send the server BGSAVE", {{"instance", at.id.text}}};
}

}  // namespace

void InstanceLoop::observed(const Result<cluster::InstanceReport>& result, Instant asked,
                            bool current) {
    const bool answered = result || result.error().kind == ErrorKind::refused ||
                          result.error().kind == ErrorKind::invalid;
    if (answered) silence_.answered(asked);
    const cluster::InstanceReport before = report_;
    if (result && !recognise(result.value())) {
        report_.role = cluster::ServerRole::unknown;
    } else if (result && current) {
        take_report(result.value());
        note_condition();
        note_unappointed();
    } else if (answered && !result) {
        report_.problem = result.error().message;
        report_.role = cluster::ServerRole::unknown;
    }
    note_problem();
    if (report_.cannot_save && !before.cannot_save) emit_(failing_disk(parts_.instance));
    if (report_ != before) changed_();
    const cluster::GroupState* group = state_ ? state_->group(parts_.group.id) : nullptr;
    const bool follows =
        group != nullptr && report_.link_up && report_.following == group->primary;
    const bool by_itself = follows && !before.link_up && before.following == group->primary;
    if (by_itself && keeper_.due(*group, before)) keeper_.missed(*group, before);
    if (follows) keeper_.saw_following(group->epoch);
    fit_backlog();
    reconcile();
}

/// Somebody else's server may listen at the address of this one. It is told
/// nothing: only a process that the guard started gets orders. A server that
/// names no process is believed.
bool InstanceLoop::recognise(const cluster::InstanceReport& seen) {
    recognised_ = seen.pid == 0 || seen.pid == report_.pid;
    if (recognised_) return true;
    const cluster::Endpoint& at = parts_.instance.endpoint;
    report_.problem = "process " + std::to_string(seen.pid) + " answers at " + at.host + ":" +
                      std::to_string(at.port) + ", but baton started process " +
                      std::to_string(report_.pid) +
                      "; it is left alone: stop it, or give the instance another port";
    return false;
}

/// What only this node knows is kept; the rest is what the server says.
void InstanceLoop::take_report(cluster::InstanceReport seen) {
    seen.instance = report_.instance;
    seen.process = report_.process;
    seen.pid = report_.pid;
    seen.opened = report_.opened;
    seen.closed = report_.closed;
    seen.severed = report_.severed;
    seen.handed_over_to = report_.handed_over_to;
    seen.hand_over_failed = report_.hand_over_failed;
    seen.quarantine = report_.quarantine;
    growth_.saw(seen.offset, loop_.now());
    seen.bytes_per_second = growth_.bytes_per_second();
    seen.unappointed = report_.unappointed;
    seen.unappointed_lately = report_.unappointed_lately;
    for (const cluster::Instance& each : parts_.group.instances) {
        if (each.endpoint == seen.following_endpoint) seen.following = each.id;
    }
    report_ = std::move(seen);
    const bool follows = report_.following || !report_.following_endpoint.host.empty();
    if (report_.role == cluster::ServerRole::primary || follows) isolated_ = false;
}

void InstanceLoop::note_problem() {
    if (report_.problem == last_problem_) return;
    last_problem_ = report_.problem;
    if (last_problem_.empty()) return;
    emit_(Event{Severity::error, "instance.problem", last_problem_, {{"instance", name()}}});
}

/// Somebody changed by hand how many standbys a write takes: it is told anew.
void InstanceLoop::note_condition() {
    const bool told = standbys_ && standbys_->required > 0;
    if (!standbys_ || told == report_.needs_standbys) return;
    standbys_.reset();
    if (report_.opened.value == 0) return;
    emit_(Event{Severity::error,
                "instance.condition",
                "instance " + name() +
                    (told ? " takes writes without its standbys although its group is replicated"
                          : " refuses writes for want of standbys although nobody asked for that") +
                    ": min-replicas-to-write or min-replicas-max-lag was changed there by hand. "
                    "It is set again; find out who changed it",
                {{"instance", name()}, {"group", parts_.group.id.text}}});
}

/// Somebody opened it by hand. It is made a standby again like any server that is
/// not as it should be; people hear of it, since what it took is lost.
void InstanceLoop::note_unappointed() {
    const Instant now = loop_.now();
    const auto want = wanted();
    const bool idle = !ordering_ && !isolating_ && report_.opened.value == 0;
    const cluster::GroupState* group = state_ ? state_->group(parts_.group.id) : nullptr;
    const bool astray = want && group->primary != parts_.instance.id;
    const bool writable = report_.role == cluster::ServerRole::primary;
    report_.unappointed_lately = seized_at_ > Instant::never() && now < seized_at_ + alert_lasts;
    if (!writable) seized_ = false;
    if (seized_ || !writable || !idle || !astray || leave_alone(*want)) return;
    seized_ = report_.unappointed_lately = true;
    seized_at_ = now;
    ++report_.unappointed;
    emit_(Event{Severity::error,
                "instance.unappointed",
                "instance " + name() +
                    " takes writes although nobody appointed it: somebody typed REPLICAOF NO ONE "
                    "there, or another program manages it. It is made a standby again, and what "
                    "it took is lost; find out who wrote to it",
                {{"instance", name()}, {"group", parts_.group.id.text}}});
}

}  // namespace baton::runtime
