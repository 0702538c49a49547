#include "runtime/catching_up.hpp"

namespace baton::runtime {

bool caught_up(const raft::Standing& standing, LogIndex applied, Term applied_term,
               std::optional<LogIndex> told) {
    if (applied_term != standing.term) return false;
    return standing.role == raft::Role::leader || (told && applied >= *told);
}

}  // namespace baton::runtime
