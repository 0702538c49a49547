#include "core/raft/message.hpp"

#include <algorithm>

namespace baton::raft {

bool Membership::is_voter(const NodeId& node) const {
    return std::binary_search(voters.begin(), voters.end(), node);
}

bool Membership::is_member(const NodeId& node) const {
    return is_voter(node) || std::binary_search(learners.begin(), learners.end(), node);
}

}  // namespace baton::raft
