#include "core/raft/machine.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace baton::raft {

Core::Impl::Impl(Config config, Restored restored, Random random, Instant now)
    : config_(std::move(config)),
      random_(random),
      now_(now),
      receiver_(config_.snapshot_bytes_max) {
    BATON_CHECK(config_.self);
    BATON_CHECK(config_.election_timeout_min <= config_.election_timeout_max);
    adopt(std::move(restored));
    draw_election_timeout();
    if (can_campaign() && membership().voters.size() == 1) {
        election_at_ = now;
    }
}

void Core::Impl::adopt(Restored restored) {
    hard_ = saved_ = restored.hard_state;
    may_vote_ = restored.may_vote;
    if (restored.snapshot) {
        snapshot_ = std::move(*restored.snapshot);
        snapshot_.membership = normalized(std::move(snapshot_.membership));
    }
    if (snapshot_.index.value > 0) {
        output_.restore = snapshot_;
    }
    log_.reset(snapshot_.index, snapshot_.term);
    history_.reset({snapshot_.membership_index, snapshot_.membership});
    for (Entry& entry : restored.entries) {
        if (entry.index > log_.last_index()) {
            append(std::move(entry));
        }
    }
    durability_ = Durability{};
    durability_.start(log_.last_index());
    if (hard_.term < log_.last_term()) {  // A bootstrap snapshot may come without a hard state.
        hard_.term = log_.last_term();
        hard_.vote = NodeId{};
    }
    handed_ = snapshot_.index;
    commit_ = std::max(snapshot_.index, std::min(hard_.commit, log_.last_index()));
}

void Core::Impl::observe(Instant now) {
    now_ = std::max(now_, now);
}

Role Core::Impl::role() const {
    if (const auto* campaigning = std::get_if<Campaigning>(&role_)) {
        return campaigning->pre ? Role::pre_candidate : Role::candidate;
    }
    return is_leader() ? Role::leader : Role::follower;
}

void Core::Impl::step(const Message& message, Instant now) {
    observe(now);
    if (message.to != config_.self || message.from == config_.self || !message.from) {
        return;
    }
    // After a pause, answers that queued up meanwhile must not pass for fresh ones.
    if (Leading* lead = leading(); lead != nullptr && quorum_lost(*lead)) {
        follow(hard_.term, NodeId{});
    }
    std::visit([&](const auto& body) { receive(message, body); }, message.body);
}

void Core::Impl::tick(Instant now) {
    observe(now);
    if (Leading* lead = leading()) {
        lead_on(*lead);
        return;
    }
    auto* campaigning = std::get_if<Campaigning>(&role_);
    if (!can_campaign()) {
        if (campaigning != nullptr) {
            follow(hard_.term, NodeId{});
        }
    } else if (now_ >= election_at_) {
        campaign(Campaigning{});
    } else if (campaigning != nullptr && now_ >= campaigning->ask_again_at) {
        ask_for_votes(*campaigning);
    }
}

void Core::Impl::heartbeat(Instant now) {
    Leading* lead = leading();
    if (lead == nullptr) {
        return;
    }
    lead->heartbeat_at = std::min(lead->heartbeat_at, now);
    tick(now);
}

Instant Core::Impl::next_deadline() const {
    if (const Leading* lead = leading()) {
        Instant deadline = quorum_contact(*lead) + config_.election_timeout_max;
        if (!lead->followers.empty()) {
            deadline = std::min(deadline, lead->heartbeat_at);
        }
        if (lead->transfer) {
            deadline = std::min(deadline, lead->transfer->deadline);
        }
        return deadline;
    }
    if (!can_campaign()) {
        return Instant::forever();
    }
    const auto* campaigning = std::get_if<Campaigning>(&role_);
    return campaigning == nullptr ? election_at_
                                  : std::min(election_at_, campaigning->ask_again_at);
}

void Core::Impl::persisted(LogIndex index, Term term, Instant now) {
    observe(now);
    durability_.reported(index, term, log_);
    if (Leading* lead = leading()) {
        lead->term_durable = lead->term_durable || durability_.stable() >= lead->first_of_term;
        count_commit();
    }
}

void Core::Impl::append(Entry entry) {
    durability_.changed_from(entry.index);
    if (entry.membership) {
        history_.append({entry.index, normalized(*entry.membership)});
    }
    log_.append(std::move(entry));
}

void Core::Impl::commit_to(LogIndex index) {
    BATON_CHECK(index >= commit_ && index <= log_.last_index());
    commit_ = index;
}

bool Core::Impl::vote_unsaved() const {
    return hard_.term != saved_.term || hard_.vote != saved_.vote;
}

void Core::Impl::send(const NodeId& to, Body body) {
    std::vector<Message>& queue =
        vote_unsaved() ? output_.messages_after_persist : output_.messages;
    queue.push_back({config_.self, to, hard_.term, std::move(body)});
}

void Core::Impl::send_after_persist(const NodeId& to, Body body) {
    output_.messages_after_persist.push_back({config_.self, to, hard_.term, std::move(body)});
}

/// The commit hint names only entries already known to be durable: the hard
/// state reaches the disk first, and a crash before its entries do would
/// otherwise let a restart apply the entries they were to replace.
void Core::Impl::emit_persist() {
    hard_.commit = std::min(commit_, durability_.stable());
    const std::optional<LogIndex> unsaved_from = durability_.unsaved_from();
    if (vote_unsaved() || (unsaved_from && hard_ != saved_)) {
        output_.persist.hard_state = saved_ = hard_;
    }
    if (std::exchange(snapshot_unsaved_, false)) {
        output_.persist.snapshot = snapshot_;
    }
    if (unsaved_from) {
        output_.persist.entries = log_.tail(std::max(*unsaved_from, log_.first_index()));
        durability_.handed_out(log_.last_index(), log_.last_term());
    }
}

Output Core::Impl::take() {
    replicate();
    emit_persist();
    while (handed_ < commit_) {
        handed_ = handed_.next();
        const Entry* entry = log_.at(handed_);
        BATON_CHECK(entry != nullptr);
        output_.committed.push_back(*entry);
    }
    return std::exchange(output_, Output{});
}

std::optional<Snapshot> Core::Impl::describe_snapshot(LogIndex index) const {
    const std::optional<Term> term = log_.term_at(index);
    if (!term || index < snapshot_.index || index > handed_) {
        return std::nullopt;
    }
    const MembershipAt& at = history_.in_force_at(index);
    return Snapshot{index, *term, at.membership, at.index, {}};
}

void Core::Impl::compact(Snapshot snapshot, std::size_t keep_entries) {
    std::optional<Snapshot> described = describe_snapshot(snapshot.index);
    if (!described) {
        return;
    }
    if (snapshot.index > snapshot_.index) {
        described->state = std::move(snapshot.state);
        snapshot_ = std::move(*described);
    }
    const std::uint64_t keep = std::min<std::uint64_t>(keep_entries, snapshot_.index.value);
    log_.compact_to(LogIndex{snapshot_.index.value - keep});
    history_.compact_to(snapshot_.index);
}

Status Core::Impl::status(Instant now) const {
    Status status;
    status.role = role();
    status.term = hard_.term;
    status.leader = leader_;
    status.vote = hard_.vote;
    status.first_index = log_.first_index();
    status.last_index = log_.last_index();
    status.last_term = log_.last_term();
    status.stable_index = durability_.stable();
    status.commit = commit_;
    status.snapshot_index = snapshot_.index;
    status.membership = membership();
    status.membership_index = history_.latest().index;
    status.membership_committed = history_.latest().index <= commit_;
    status.may_vote = may_vote_;
    status.snapshots_refused = snapshots_refused_;
    const Leading* lead = leading();
    if (lead == nullptr) {
        return status;
    }
    status.quorum_active = now - quorum_contact(*lead) < config_.election_timeout_min;
    status.transfer_to = lead->transfer ? lead->transfer->to : NodeId{};
    for (const auto& [node, progress] : lead->followers) {
        status.followers.push_back({node, membership().is_voter(node), progress.match,
                                    progress.next, progress.state == Progress::State::restoring,
                                    progress.contact});
    }
    return status;
}

}  // namespace baton::raft
