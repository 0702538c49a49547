#include "agent/access.hpp"

#include <utility>

namespace baton::agent {

AgentAccess::AgentAccess(NodeId self, Loop& consensus_loop, Loop& own_loop, runtime::Member& member,
                         Events& events, const adapters::FsyncWatch& fsync,
                         Duration heartbeat_interval)
    : self_(std::move(self)),
      consensus_loop_(consensus_loop),
      own_loop_(own_loop),
      member_(member),
      events_(events),
      fsync_(fsync),
      heartbeat_interval_(heartbeat_interval),
      started_(own_loop.now()) {}

api::View AgentAccess::view() {
    api::View view;
    view.self = self_;
    view.incarnation = view_.incarnation;
    view.formed = view_.formed;
    view.waiting_for = view_.waiting_for;
    view.now = own_loop_.now();
    view.wall_milliseconds = own_loop_.wall_milliseconds();
    view.started = started_;
    view.raft = view_.raft;
    view.state = view_.state;
    view.applied = view_.applied;
    view.applied_term = view_.applied_term;
    view.incident = view_.incident;
    view.guard_lateness = view_.guard_lateness;
    view.guard_seen = view_.guard_seen;
    view.kernel_lease = view_.kernel_lease;
    view.tiers = view_.tiers;
    view.reports = view_.reports;
    view.report_times = view_.report_times;
    view.peers = view_.peers;
    view.round_trips = view_.round_trips;
    view.strangers = view_.strangers;
    view.lease_ends = view_.lease_ends;
    view.heartbeat_interval = heartbeat_interval_;
    view.fsync_p99_milliseconds = fsync_.p99_milliseconds();
    view.heartbeats_sent = view_.heartbeats_sent;
    view.elections_started = view_.elections_started;
    view.leader_changes = view_.leader_changes;
    view.frames_refused = frames_refused_ ? *frames_refused_ : 0;
    view.api_connections_refused = api_connections_refused_;
    if (certificate_ends_) view.certificate_ends = certificate_ends_();
    return view;
}

/// Puts a question to the member on its loop and brings the answer back, or
/// `outcome_unknown` when the deadline passes first. Exactly one answer.
template <typename T, typename Ask>
void AgentAccess::ask(Instant deadline, Done<T> done, Ask question) {
    struct Pending {
        Done<T> done;
        TimerId timer = 0;
    };
    auto pending = std::make_shared<Pending>();
    pending->done = std::move(done);
    const auto answer = [this, pending](Result<T> result) {
        if (!pending->done) return;
        own_loop_.cancel(pending->timer);
        std::exchange(pending->done, nullptr)(std::move(result));
    };
    pending->timer = own_loop_.at(deadline, [answer] {
        answer(
            outcome_unknown("no answer before the deadline; look at the state before repeating"));
    });
    consensus_loop_.post([this, answer, question = std::move(question)] {
        question(member_, [this, answer](Result<T> result) {
            own_loop_.post([answer, result = std::move(result)] { answer(result); });
        });
    });
}

void AgentAccess::propose(cluster::Command command, Instant deadline,
                          Done<cluster::EntryReference> done) {
    ask<cluster::EntryReference>(
        deadline, std::move(done),
        [command = std::move(command)](runtime::Member& member, auto answer) {
            member.propose(command, answer);
        });
}

void AgentAccess::read_barrier(Instant deadline, Done<void> done) {
    ask<void>(deadline, std::move(done),
              [](runtime::Member& member, auto answer) { member.read_barrier(answer); });
}

void AgentAccess::transfer_leadership(NodeId to, Instant deadline, Done<void> done) {
    ask<void>(deadline, std::move(done),
              [to = std::move(to)](runtime::Member& member, auto answer) {
                  member.transfer_leadership(to, answer);
              });
}

void AgentAccess::propose_membership(raft::Membership next, Instant deadline,
                                     Done<cluster::EntryReference> done) {
    ask<cluster::EntryReference>(deadline, std::move(done),
                                 [next = std::move(next)](runtime::Member& member, auto answer) {
                                     member.propose_membership(next, answer);
                                 });
}

void AgentAccess::create_snapshot(Instant deadline, Done<cluster::EntryReference> done) {
    ask<cluster::EntryReference>(
        deadline, std::move(done),
        [](runtime::Member& member, auto answer) { member.create_snapshot(answer); });
}

void AgentAccess::compact_log(Instant deadline, Done<LogIndex> done) {
    ask<LogIndex>(deadline, std::move(done),
                  [](runtime::Member& member, auto answer) { member.compact_log(answer); });
}

std::vector<api::NumberedEvent> AgentAccess::events(std::uint64_t from, std::size_t limit) {
    return events_.from(from, limit);
}

std::uint64_t AgentAccess::subscribe(std::function<void(const api::NumberedEvent&)> sink) {
    return events_.subscribe(std::move(sink));
}

void AgentAccess::unsubscribe(std::uint64_t token) {
    events_.unsubscribe(token);
}

}  // namespace baton::agent
