#pragma once

/// The names and numbers of the small world: its nodes, its one pair, and where
/// its log begins. Nothing here depends on what happens.

#include "base/ids.hpp"
#include "base/time.hpp"
#include "core/lease/voter.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace baton::exhaustive {

[[nodiscard]] inline std::string letter_of(std::size_t node) {
    return std::string(1, static_cast<char>('a' + static_cast<char>(node)));
}
[[nodiscard]] inline NodeId name_of(std::size_t node) {
    return NodeId{letter_of(node)};
}

[[nodiscard]] inline std::vector<NodeId> names_of(const std::vector<std::size_t>& nodes) {
    std::vector<NodeId> names;
    for (const std::size_t node : nodes) names.push_back(name_of(node));
    return names;
}

[[nodiscard]] inline lease::Pair the_pair() {
    return {GroupId{"g"}, Epoch{1}};
}
[[nodiscard]] inline lease::Ending the_ending() {
    return {GroupId{"g"}, Epoch{1}};
}

/// The first entry of the world stands here; the first membership long before.
[[nodiscard]] inline LogIndex index_of(std::size_t place) {
    return LogIndex{10 + place};
}
inline constexpr LogIndex first_membership{1};

/// What each clock showed when the world began: unlike on every machine.
[[nodiscard]] inline Instant began(std::size_t node) {
    return Instant{std::chrono::hours{2 + static_cast<int>(node)}};
}
/// Before anything that matters, on every clock.
[[nodiscard]] inline Instant long_ago() {
    return Instant{std::chrono::hours{1}};
}

}  // namespace baton::exhaustive
