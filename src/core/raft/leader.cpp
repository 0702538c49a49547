/// What answers mean to the leader: acknowledgement, commitment, check-quorum
/// (Raft §5.3, §5.4; thesis §6.2).

#include "base/check.hpp"
#include "core/raft/machine.hpp"
#include "core/raft/quorum.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace baton::raft {

/// The progress of the member that answers, if the answer concerns the present
/// leadership. A newer term ends it; having been the leader, this member then
/// asks for votes at once, because those loyal to it would grant them.
Progress* Core::Impl::answering(const Message& message) {
    Leading* lead = leading();
    if (message.term > hard_.term) {
        follow(message.term, NodeId{});
        if (lead != nullptr) {
            election_at_ = now_;
        }
        return nullptr;
    }
    if (message.term < hard_.term || lead == nullptr) {
        return nullptr;
    }
    const auto found = lead->followers.find(message.from);
    return found == lead->followers.end() ? nullptr : &found->second;
}

void Core::Impl::receive(const Message& message, const AppendReply& reply) {
    Progress* progress = answering(message);
    if (progress == nullptr || reply.match > log_.last_index()) {
        return;
    }
    progress->counts = reply.round != 0;
    if (progress->counts) {
        progress->contact = now_;
        progress->round = std::max(progress->round, reply.round);
    }
    if (reply.accepted) {
        on_accepted(*progress, reply);
    } else {
        on_rejected(*progress, reply);
    }
    count_commit();
    confirm_reads(*leading());
}

void Core::Impl::on_accepted(Progress& progress, const AppendReply& reply) {
    progress.acknowledge(reply.match, now_);
    switch (progress.state) {
        case Progress::State::replicating: return;
        case Progress::State::probing: progress.replicate(); return;
        case Progress::State::restoring:
            if (progress.match >= log_.base()) {
                progress.replicate();
            }
            return;
    }
}

void Core::Impl::on_rejected(Progress& progress, const AppendReply& reply) {
    const LogIndex agreement = log_.last_possible_agreement(reply.hint, reply.hint_term);
    if (!progress.counts) {
        progress.match = LogIndex{};  // Its earlier acknowledgements died with its disk.
    }
    switch (progress.state) {
        case Progress::State::restoring: return;
        case Progress::State::replicating:
            if (agreement >= progress.match) {
                progress.probe_from(agreement.next());
            }
            return;
        case Progress::State::probing:
            if (!progress.counts || reply.round == progress.probe_round) {
                progress.probe_from(std::max(agreement, progress.match).next());
            }
            return;
    }
}

void Core::Impl::receive(const Message& message, const SnapshotReply& reply) {
    Progress* progress = answering(message);
    if (progress == nullptr || progress->state != Progress::State::restoring) {
        return;
    }
    const std::optional<Snapshot>& travelling = leading()->snapshot;
    if (!travelling || reply.index != travelling->index) {
        return;
    }
    if (reply.installed) {
        progress->acknowledge(reply.index, now_);
        progress->replicate();
    } else if (reply.wanted != progress->snapshot_offset) {
        progress->snapshot_offset = std::min<std::uint64_t>(reply.wanted, travelling->state.size());
        progress->waiting = false;
        progress->sent_at = now_;
    }
}

/// Only an entry of the own term commits by counting; older ones commit with
/// it (§5.4.2, figure 8). The leader counts itself up to what its own disk holds.
void Core::Impl::count_commit() {
    const Leading* lead = leading();
    BATON_CHECK(lead != nullptr);
    std::vector<LogIndex> held;
    for (const NodeId& node : membership().voters) {
        const auto follower = lead->followers.find(node);
        held.push_back(follower == lead->followers.end() ? durability_.stable()
                                                         : follower->second.acknowledged());
    }
    const LogIndex reached = reached_by_majority(std::move(held));
    if (reached > commit_ && log_.term_at(reached) == hard_.term) {
        commit_to(reached);
    }
}

/// A read is confirmed by a majority of answers to a round that started after
/// it was asked for (thesis §6.4).
void Core::Impl::confirm_reads(Leading& lead) {
    std::vector<std::uint64_t> rounds;
    for (const NodeId& node : membership().voters) {
        const auto follower = lead.followers.find(node);
        rounds.push_back(follower == lead.followers.end()
                             ? std::numeric_limits<std::uint64_t>::max()
                             : follower->second.round);
    }
    const std::uint64_t answered = reached_by_majority(std::move(rounds));
    const auto open = std::find_if(lead.reads.begin(), lead.reads.end(), [&](const auto& read) {
        return read.round == 0 || read.round > answered;
    });
    for (auto read = lead.reads.begin(); read != open; ++read) {
        output_.reads.push_back({read->id, read->index, true});
    }
    lead.reads.erase(lead.reads.begin(), open);
}

/// The latest instant since which a majority, this member included, answered.
Instant Core::Impl::quorum_contact(const Leading& lead) const {
    std::vector<Instant> contacts;
    for (const NodeId& node : membership().voters) {
        const auto follower = lead.followers.find(node);
        contacts.push_back(follower == lead.followers.end() ? Instant::forever()
                                                            : follower->second.contact);
    }
    return reached_by_majority(std::move(contacts));
}

bool Core::Impl::quorum_lost(const Leading& lead) const {
    return now_ - quorum_contact(lead) >= config_.election_timeout_max;
}

void Core::Impl::lead_on(Leading& lead) {
    if (quorum_lost(lead)) {
        follow(hard_.term, NodeId{});
        return;
    }
    if (lead.transfer && now_ >= lead.transfer->deadline) {
        lead.transfer.reset();
    }
    if (now_ >= lead.heartbeat_at) {
        beat(lead);
    }
}

void Core::Impl::beat(Leading& lead) {
    lead.heartbeat_at = now_ + config_.heartbeat_interval;
    ++lead.round;
    drop_departed(lead);
    for (auto& [node, progress] : lead.followers) {
        const bool stalled = now_ - progress.sent_at >= config_.election_timeout_min;
        if (stalled && progress.state == Progress::State::replicating &&
            !progress.inflight.empty()) {
            progress.probe_from(progress.match.next());
        }
        if (stalled && progress.state == Progress::State::restoring) {
            progress.waiting = false;
        }
        send_heartbeat(lead, node, progress);
    }
    if (lead.transfer) {
        lead.transfer->invited = false;
    }
}

/// Brings the followers in line with the membership in force. A removed member
/// is kept until it had a chance to learn that its removal is committed.
void Core::Impl::adapt_followers(Leading& lead) {
    for (const std::vector<NodeId>* nodes : {&membership().voters, &membership().learners}) {
        for (const NodeId& node : *nodes) {
            if (node == config_.self) {
                continue;
            }
            const auto [added, fresh] = lead.followers.try_emplace(node);
            if (fresh) {
                added->second.next = log_.last_index();
                added->second.contact = now_;
            }
        }
    }
    for (auto& [node, progress] : lead.followers) {
        progress.departing = !membership().is_member(node);
    }
}

/// A leader outside the committed membership has nothing left to lead (§4.2.2).
void Core::Impl::retire_if_removed() {
    const Leading* lead = leading();
    const bool removed = !membership().is_voter(config_.self);
    if (lead != nullptr && removed && history_.latest().index <= commit_) {
        invite_best_voter(*lead);
        follow(hard_.term, NodeId{});
    }
}

void Core::Impl::invite_best_voter(const Leading& lead) {
    const NodeId* best = nullptr;
    LogIndex most;
    for (const auto& [node, progress] : lead.followers) {
        const bool present = now_ - progress.contact < config_.election_timeout_max;
        if (membership().is_voter(node) && progress.counts && present &&
            (best == nullptr || progress.match > most)) {
            best = &node;
            most = progress.match;
        }
    }
    if (best != nullptr) {
        send(*best, TimeoutNow{});
    }
}

}  // namespace baton::raft
