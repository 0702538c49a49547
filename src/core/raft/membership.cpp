#include "core/raft/membership.hpp"

#include "base/check.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

namespace baton::raft {

void MembershipHistory::reset(MembershipAt base) {
    history_.assign(1, std::move(base));
}

void MembershipHistory::append(MembershipAt next) {
    BATON_CHECK(next.index > latest().index);
    history_.push_back(std::move(next));
}

void MembershipHistory::truncate_from(LogIndex index) {
    while (history_.size() > 1 && history_.back().index >= index) {
        history_.pop_back();
    }
}

void MembershipHistory::compact_to(LogIndex index) {
    while (history_.size() > 1 && history_[1].index <= index) {
        history_.erase(history_.begin());
    }
}

const MembershipAt& MembershipHistory::in_force_at(LogIndex index) const {
    const auto later = std::find_if(history_.begin() + 1, history_.end(),
                                    [&](const MembershipAt& at) { return at.index > index; });
    return *std::prev(later);
}

Membership normalized(Membership membership) {
    for (std::vector<NodeId>* nodes : {&membership.voters, &membership.learners}) {
        std::sort(nodes->begin(), nodes->end());
        nodes->erase(std::unique(nodes->begin(), nodes->end()), nodes->end());
    }
    return membership;
}

std::vector<NodeId> added_voters(const Membership& present, const Membership& next) {
    std::vector<NodeId> added;
    std::set_difference(next.voters.begin(), next.voters.end(), present.voters.begin(),
                        present.voters.end(), std::back_inserter(added));
    return added;
}

Result<void> check_succession(const Membership& present, const Membership& next) {
    if (next.voters.empty()) {
        return invalid("A membership without a voter can decide nothing; keep at least one.");
    }
    for (const NodeId& learner : next.learners) {
        if (next.is_voter(learner)) {
            return invalid("Node " + learner.text + " is named both as voter and as learner.");
        }
    }
    const std::vector<NodeId> added = added_voters(present, next);
    const std::vector<NodeId> removed = added_voters(next, present);
    if (added.size() + removed.size() > 1) {
        return invalid("This change concerns " + std::to_string(added.size() + removed.size()) +
                       " voters; change one voter at a time, so that old and new majorities meet.");
    }
    for (const NodeId& node : added) {
        if (!present.is_member(node)) {
            return invalid("Node " + node.text +
                           " is new; add it as a learner first, and make it " +
                           "a voter once it has caught up.");
        }
    }
    return success();
}

}  // namespace baton::raft
