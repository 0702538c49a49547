/// What the owner may ask of the leader: proposals, membership (thesis §4.1),
/// transfer (§3.10), reads (§6.4).

#include "core/raft/machine.hpp"
#include "core/raft/quorum.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace baton::raft {

Error Core::Impl::not_leader(const std::string& what) const {
    const std::string where =
        leader_ ? "Node " + leader_.text + " leads in term " : "No leader is known in term ";
    return unavailable("Node " + config_.self.text + " does not lead, so it cannot " + what + ". " +
                       where + std::to_string(hard_.term.value) +
                       (leader_ ? "; ask there." : "; try again shortly."));
}

Result<void> Core::Impl::accepts_proposals(const std::string& what) const {
    const Leading* lead = leading();
    if (lead == nullptr) {
        return not_leader(what);
    }
    if (lead->transfer) {
        return refused("Leadership is being handed to node " + lead->transfer->to.text +
                       "; try again there in a moment.");
    }
    const std::uint64_t uncommitted = log_.last_index().value - commit_.value;
    if (uncommitted >= config_.uncommitted_max) {
        return refused(
            std::to_string(uncommitted) + " entries wait to be committed, the limit is " +
            std::to_string(config_.uncommitted_max) + "; try again when a majority has caught up.");
    }
    return success();
}

std::pair<LogIndex, Term> Core::Impl::append_own(EntryKind kind, std::string payload,
                                                 std::optional<Membership> next) {
    Entry entry;
    entry.term = hard_.term;
    entry.index = log_.last_index().next();
    entry.kind = kind;
    entry.payload = std::move(payload);
    entry.membership = std::move(next);
    append(std::move(entry));
    if (kind != EntryKind::command) {
        adapt_followers(*leading());
    }
    return {log_.last_index(), hard_.term};
}

Result<std::pair<LogIndex, Term>> Core::Impl::propose(std::string payload, Instant now) {
    observe(now);
    BATON_TRY(accepts_proposals("accept a proposal"));
    return append_own(EntryKind::command, std::move(payload), std::nullopt);
}

/// Refuses what would be legal and yet leave the group unable to decide.
Result<void> Core::Impl::admits_change(const Leading& lead, const Membership& next) const {
    const auto absent = [&](const NodeId& node) {
        const auto follower = lead.followers.find(node);
        return node != config_.self &&
               (follower == lead.followers.end() || follower->second.round == 0 ||
                !follower->second.counts ||
                now_ - follower->second.contact >= config_.election_timeout_max);
    };
    for (const NodeId& node : added_voters(membership(), next)) {
        const auto follower = lead.followers.find(node);
        const LogIndex held =
            follower == lead.followers.end() ? LogIndex{} : follower->second.acknowledged();
        if (absent(node) || held.value + config_.append_entries_max < commit_.value) {
            return refused("Node " + node.text + " acknowledged entry " +
                           std::to_string(held.value) + " of " + std::to_string(commit_.value) +
                           (absent(node) ? " and is not answering as a member" : "") +
                           "; it becomes a voter only once it has caught up.");
        }
    }
    const auto missing =
        static_cast<std::size_t>(std::count_if(next.voters.begin(), next.voters.end(), absent));
    const std::size_t reachable = next.voters.size() - missing;
    if (reachable < majority(next.voters.size())) {
        return refused("Only " + std::to_string(reachable) + " of the " +
                       std::to_string(next.voters.size()) +
                       " voters of this membership answer; it could decide nothing. Bring " +
                       "voters back first, or remove one that is down.");
    }
    return success();
}

Result<std::pair<LogIndex, Term>> Core::Impl::propose_membership(Membership next, Instant now) {
    observe(now);
    BATON_TRY(accepts_proposals("change the membership"));
    next = normalized(std::move(next));
    const Leading& lead = *leading();
    if (commit_ < lead.first_of_term) {
        return refused("No entry of term " + std::to_string(hard_.term.value) +
                       " is committed yet, and until then a change of membership would be unsafe; "
                       "try again shortly.");
    }
    if (history_.latest().index > commit_) {
        return refused("The membership of entry " + std::to_string(history_.latest().index.value) +
                       " is not committed yet; one change at a time.");
    }
    BATON_TRY(check_succession(membership(), next));
    BATON_TRY(admits_change(lead, next));
    return append_own(EntryKind::membership, {}, std::move(next));
}

Result<void> Core::Impl::transfer_leadership(const NodeId& to, Instant now) {
    observe(now);
    Leading* lead = leading();
    if (lead == nullptr) {
        return not_leader("hand leadership to node " + to.text);
    }
    if (!membership().is_voter(to)) {
        return invalid("Node " + to.text + " is not a voter, so it cannot lead.");
    }
    if (to == config_.self) {
        return success();
    }
    if (lead->transfer && lead->transfer->to != to) {
        return refused("Leadership is already being handed to node " + lead->transfer->to.text +
                       "; wait for that to end.");
    }
    const Progress& target = lead->followers.at(to);
    if (!target.counts || now_ - target.contact >= config_.election_timeout_max) {
        return refused("Node " + to.text + " does not answer, so it cannot take leadership.");
    }
    if (!lead->transfer) {
        lead->transfer = Transfer{to, now_ + config_.election_timeout_max, false};
    }
    return success();
}

Result<void> Core::Impl::read_index(std::uint64_t id, Instant now) {
    observe(now);
    Leading* lead = leading();
    if (lead == nullptr) {
        return not_leader("confirm a read");
    }
    if (commit_ < lead->first_of_term) {
        return refused("No entry of term " + std::to_string(hard_.term.value) +
                       " is committed yet, so what is committed is not known; try again shortly.");
    }
    if (lead->reads.size() >= config_.reads_max) {
        return refused(std::to_string(lead->reads.size()) +
                       " reads wait for confirmation already; try again shortly.");
    }
    lead->reads.push_back({id, commit_, 0});
    return success();
}

void Core::Impl::step_down(Instant now) {
    observe(now);
    if (const Leading* lead = leading()) {
        invite_best_voter(*lead);
        follow(hard_.term, NodeId{});
        election_at_ = election_at_ + config_.election_timeout_max;
    }
}

}  // namespace baton::raft
