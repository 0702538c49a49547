#pragma once

/// Has an agent that began again heard all that its earlier life may have acted
/// on? Only then may it move servers and doors that it finds. Pure.

#include "base/ids.hpp"
#include "core/raft/core.hpp"

#include <optional>

namespace baton::runtime {

/// `applied`, `applied_term`: our newest entry. `told`: what the leader had
/// applied when it last said so; empty: it has said nothing yet.
///
/// A leader measures nobody before an entry of its own term is applied: until
/// then it may know less than we did (Raft §8).
[[nodiscard]] bool caught_up(const raft::Standing& standing, LogIndex applied, Term applied_term,
                             std::optional<LogIndex> told);

}  // namespace baton::runtime
