#pragma once

/// Everything the members can agree on. A command states what it expects to
/// find; if the state has moved on, applying it changes nothing.

#include "base/ids.hpp"
#include "core/cluster/loss.hpp"
#include "core/cluster/order.hpp"
#include "core/cluster/reference.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace baton::cluster {

/// Why a command was proposed; travels with it so that any node can explain it.
struct Reason {
    std::string rule;
    std::string why;
    std::string inputs;
    std::int64_t wall_milliseconds = 0;

    friend bool operator==(const Reason&, const Reason&) = default;
};

/// Ends the appointment `epoch` of a group: no voter renews its lease again.
struct Revoke {
    GroupId group;
    Epoch epoch;
    Reason reason;

    friend bool operator==(const Revoke&, const Revoke&) = default;
};

/// Makes `instance` the primary at `epoch`, which must be the group's last
/// epoch + 1, with the last one revoked (or handed over). It is chosen for the
/// memory it had: a server that restarted since must not be opened.
struct Appoint {
    GroupId group;
    Epoch epoch;
    InstanceId instance;
    std::string run_id;  ///< Of the server when it was chosen.
    Loss loss;           ///< What this costs; of epoch 0 where nobody is replaced.
    Reason reason;

    friend bool operator==(const Appoint&, const Appoint&) = default;
};

/// The primary of `epoch` is open and this is its data history.
struct RecordOpened {
    GroupId group;
    Epoch epoch;
    std::string replication_id;
    std::uint64_t offset = 0;
    std::string former_id;           ///< The history it held before; empty: none.
    std::uint64_t former_until = 0;  ///< Where that one ended and this one began.
    Reason reason;

    friend bool operator==(const RecordOpened&, const RecordOpened&) = default;
};

/// Every reachable standby follows the primary of `epoch` (`steady` true), or
/// no longer does (false).
struct RecordSteady {
    GroupId group;
    Epoch epoch;
    bool steady = true;
    std::vector<InstanceId> followers;  ///< Who follows it, if steady.
    Reason reason;

    friend bool operator==(const RecordSteady&, const RecordSteady&) = default;
};

/// What the memory of a standby is worth for `durability: replicated`. Noted
/// first (no `reach`), when a life of its server is new; then, with the
/// primary's offset as read on a node that had applied the note. See Holder.
struct RecordHolder {
    GroupId group;
    Epoch epoch;
    InstanceId instance;
    std::string run_id;
    std::optional<std::uint64_t> reach;
    Reason reason;

    friend bool operator==(const RecordHolder&, const RecordHolder&) = default;
};

/// Begins a planned switchover at `epoch`, or gives it up (`successor` empty).
struct HandOver {
    GroupId group;
    Epoch epoch;
    InstanceId successor;
    Reason reason;

    friend bool operator==(const HandOver&, const HandOver&) = default;
};

/// What a node can do to close its primaries.
struct RecordFencing {
    NodeId node;
    FencingTier tier = FencingTier::none;

    friend bool operator==(const RecordFencing&, const RecordFencing&) = default;
};

/// Nothing on `node` acts any more. An operator's command, begun when the entry `after`
/// was applied, has confirmed that; or somebody who knew of that entry gave his word.
struct RecordCutOff {
    NodeId node;
    LogIndex after;
    std::string by;  ///< Whose word it is; empty: the command's.

    friend bool operator==(const RecordCutOff&, const RecordCutOff&) = default;
};

using Command = std::variant<Revoke, Appoint, RecordOpened, RecordSteady, HandOver, Request,
                             SetPaused, RecordFencing, Declare, AdmitIncarnation, ReplaceNode,
                             EndReplacement, RecordHolder, SetDuty, AddNode, ForgetNode,
                             RecordCutOff>;

/// The one group that it changes; null: it changes nodes, or what is declared.
[[nodiscard]] inline const GroupId* group_of(const Command& command) {
    return std::visit(
        [](const auto& each) -> const GroupId* {
            if constexpr (requires { each.group; }) return &each.group;
            return nullptr;
        },
        command);
}

}  // namespace baton::cluster
