#pragma once

/// Who is a member, when. Answers which membership is in force at an index and
/// whether one may follow another; a membership is in force from the moment it
/// is appended, and is taken back when its entry is truncated (thesis §4.1).

#include "base/result.hpp"
#include "core/raft/message.hpp"

#include <vector>

namespace baton::raft {

struct MembershipAt {
    LogIndex index;  ///< Of the entry that agreed on it; 0 for bootstrap.
    Membership membership;
};

class MembershipHistory {
public:
    /// Forgets everything; `base` is in force.
    void reset(MembershipAt base);

    void append(MembershipAt next);
    /// Takes back memberships agreed on at `index` or later.
    void truncate_from(LogIndex index);
    /// Forgets memberships that were replaced at or before `index`.
    void compact_to(LogIndex index);

    [[nodiscard]] const MembershipAt& latest() const { return history_.back(); }
    [[nodiscard]] const MembershipAt& in_force_at(LogIndex index) const;

private:
    std::vector<MembershipAt> history_{MembershipAt{}};  ///< By index; never empty.
};

/// Sorted, without duplicates.
[[nodiscard]] Membership normalized(Membership membership);

/// Whether `next` may directly follow `present`: at most one voter differs, a
/// voter remains, nobody is both voter and learner, and a new voter was a
/// learner before. Both normalized. Errors: invalid.
[[nodiscard]] Result<void> check_succession(const Membership& present, const Membership& next);

/// Voters of `next` that are not voters of `present`.
[[nodiscard]] std::vector<NodeId> added_voters(const Membership& present, const Membership& next);

}  // namespace baton::raft
