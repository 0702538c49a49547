/// Votes, terms and timeouts (Raft §5.2, §5.4.1; pre-vote: thesis §9.6).

#include "base/check.hpp"
#include "core/raft/machine.hpp"
#include "core/raft/quorum.hpp"

#include <utility>

namespace baton::raft {

/// A voter whose removal is not known to be committed may still be needed to
/// commit it: it may hold the freshest log of all (thesis §4.2.2).
bool Core::Impl::can_campaign() const {
    return may_vote_ && (membership().is_voter(config_.self) ||
                         history_.in_force_at(commit_).membership.is_voter(config_.self));
}

void Core::Impl::draw_election_timeout() {
    election_at_ =
        now_ + random_.between(config_.election_timeout_min, config_.election_timeout_max);
}

/// The sticky leader (thesis §6.2.3): whoever heard its leader within the
/// least election timeout helps nobody to depose it. A leader is not protected
/// from itself: if it asks for votes, it leads no more.
bool Core::Impl::loyal_to_other(const NodeId& candidate) const {
    if (const Leading* lead = leading()) {
        return now_ - quorum_contact(*lead) < config_.election_timeout_min;
    }
    return leader_ && leader_ != candidate && now_ - leader_contact_ < config_.election_timeout_min;
}

void Core::Impl::leave_role() {
    if (const Leading* lead = leading()) {
        for (const PendingRead& read : lead->reads) {
            output_.reads.push_back({read.id, read.index, false});
        }
    }
    role_ = Following{};
}

void Core::Impl::follow(Term term, const NodeId& leader) {
    BATON_CHECK(term >= hard_.term);
    if (!std::holds_alternative<Following>(role_)) {
        leave_role();
        draw_election_timeout();
    }
    if (term > hard_.term) {
        hard_.term = term;
        hard_.vote = NodeId{};
        verified_ = LogIndex{};
    }
    leader_ = leader;
}

void Core::Impl::receive(const Message& message, const VoteRequest& request) {
    if (!may_vote_) {
        return;
    }
    if (request.pre) {
        answer_pre_vote(message, request);
    } else {
        answer_vote(message, request);
    }
}

/// A grant mirrors the term asked about; a refusal carries our own, which may
/// be higher and then lifts the asker. Neither side's state changes here.
void Core::Impl::answer_pre_vote(const Message& message, const VoteRequest& request) {
    const bool granted = message.term > hard_.term &&
                         log_.is_no_fresher_than(request.last_index, request.last_term) &&
                         !loyal_to_other(message.from);
    output_.messages_after_persist.push_back({config_.self, message.from,
                                              granted ? message.term : hard_.term,
                                              VoteReply{.pre = true, .granted = granted}});
}

void Core::Impl::answer_vote(const Message& message, const VoteRequest& request) {
    if (message.term > hard_.term) {
        if (!request.transfer && loyal_to_other(message.from)) {
            return;
        }
        follow(message.term, NodeId{});
    }
    const bool vote_free = hard_.vote == message.from || (!hard_.vote && !leader_);
    const bool granted = message.term == hard_.term && vote_free &&
                         log_.is_no_fresher_than(request.last_index, request.last_term);
    if (granted) {
        leave_role();
        hard_.vote = message.from;
        draw_election_timeout();
    }
    send_after_persist(message.from, VoteReply{.pre = false, .granted = granted});
}

void Core::Impl::receive(const Message& message, const VoteReply& reply) {
    const bool mirrored = reply.pre && reply.granted;
    if (message.term > hard_.term && !mirrored) {
        follow(message.term, NodeId{});
        return;
    }
    auto* campaigning = std::get_if<Campaigning>(&role_);
    const Term expected = mirrored ? hard_.term.next() : hard_.term;
    if (campaigning == nullptr || campaigning->pre != reply.pre || message.term != expected) {
        return;
    }
    if (reply.granted) {
        campaigning->granted.insert(message.from);
        campaigning->refused.erase(message.from);
    } else if (!campaigning->granted.contains(message.from)) {
        campaigning->refused.insert(message.from);
    }
    count_votes();
}

/// Leadership transfer (thesis §3.10): the leader itself wants this election,
/// so neither the pre-vote nor the sticky leader stands in its way.
void Core::Impl::receive(const Message& message, const TimeoutNow& /*invitation*/) {
    const bool from_leader = message.term == hard_.term && message.from == leader_;
    if (from_leader && can_campaign() && !is_leader()) {
        Campaigning campaigning;
        campaigning.pre = false;
        campaigning.transfer = true;
        campaign(std::move(campaigning));
    }
}

void Core::Impl::campaign(Campaigning campaigning) {
    leave_role();
    leader_ = NodeId{};
    receiver_.abandon();
    if (!campaigning.pre) {
        hard_.term = hard_.term.next();
        hard_.vote = config_.self;
        verified_ = LogIndex{};
    }
    draw_election_timeout();
    role_ = std::move(campaigning);
    ask_for_votes(std::get<Campaigning>(role_));
    count_votes();
}

void Core::Impl::ask_for_votes(Campaigning& campaigning) {
    campaigning.ask_again_at = now_ + config_.heartbeat_interval;
    const VoteRequest request{.pre = campaigning.pre,
                              .transfer = campaigning.transfer,
                              .last_index = log_.last_index(),
                              .last_term = log_.last_term()};
    for (const NodeId& node : membership().voters) {
        if (node == config_.self || campaigning.granted.contains(node)) {
            continue;
        }
        if (campaigning.pre) {
            output_.messages.push_back({config_.self, node, hard_.term.next(), request});
        } else {
            send_after_persist(node, request);
        }
    }
}

/// A lost pre-vote is not abandoned: voters still loyal to a leader that has
/// just died refuse at first and grant when asked again.
void Core::Impl::count_votes() {
    const Campaigning& campaigning = std::get<Campaigning>(role_);
    Tally tally;
    for (const NodeId& node : membership().voters) {
        ++tally.voters;
        tally.granted += node == config_.self || campaigning.granted.contains(node) ? 1U : 0U;
        tally.refused += campaigning.refused.contains(node) ? 1U : 0U;
    }
    switch (outcome_of(tally)) {
        case VoteOutcome::pending: return;
        case VoteOutcome::lost:
            if (!campaigning.pre) {
                follow(hard_.term, NodeId{});
            }
            return;
        case VoteOutcome::won: break;
    }
    if (!campaigning.pre) {
        become_leader();
        return;
    }
    Campaigning election;
    election.pre = false;
    campaign(std::move(election));
}

void Core::Impl::become_leader() {
    Leading lead;
    lead.first_of_term = log_.last_index().next();
    lead.term_durable = membership().voters != std::vector{config_.self};
    lead.heartbeat_at = now_ + config_.heartbeat_interval;
    role_ = std::move(lead);
    leader_ = config_.self;
    append_own(EntryKind::noop, {}, std::nullopt);
}

}  // namespace baton::raft
