#pragma once

/// Strong identifiers: a node's name cannot be passed where a group's name is
/// meant, nor a term where an epoch is.

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace baton {

/// A name of one kind of thing. Empty means "none"; `operator bool` says so.
template <typename Tag>
struct Name {
    std::string text;

    Name() = default;
    explicit Name(std::string value) : text(std::move(value)) {}

    explicit operator bool() const { return !text.empty(); }
    friend auto operator<=>(const Name&, const Name&) = default;
};

/// A number of one kind of thing.
template <typename Tag>
struct Number {
    std::uint64_t value = 0;

    constexpr Number() = default;
    constexpr explicit Number(std::uint64_t number) : value(number) {}

    friend constexpr auto operator<=>(const Number&, const Number&) = default;
    [[nodiscard]] constexpr Number next() const { return Number{value + 1}; }
};

using NodeId = Name<struct NodeTag>;          ///< A machine with one agent, by its configured name.
using GroupId = Name<struct GroupTag>;        ///< One replicated service.
using InstanceId = Name<struct InstanceTag>;  ///< One server of a group on a node.
using ClusterId = Name<struct ClusterTag>;    ///< Drawn once, at bootstrap.

using Term = Number<struct TermTag>;          ///< Raft's logical clock (Raft §5.1).
using LogIndex = Number<struct LogIndexTag>;  ///< Position in the Raft log; the first entry is 1.
using Epoch = Number<struct EpochTag>;        ///< Number of an appointment: the fencing token.
/// Which life of a node's data directory this is; drawn at random when the
/// directory is made, so an emptied directory cannot pass for the old one.
using Incarnation = Number<struct IncarnationTag>;

}  // namespace baton

template <typename Tag>
struct std::hash<baton::Name<Tag>> {
    std::size_t operator()(const baton::Name<Tag>& name) const {
        return std::hash<std::string>{}(name.text);
    }
};
