#pragma once

/// Two small words every other part of the replicated state needs: which log
/// entry, and how firmly a node can close a primary.

#include "base/ids.hpp"

#include <compare>
#include <string_view>

namespace baton::cluster {

/// Which log entry: equal references mean equal logs up to there (Raft §5.3).
struct EntryReference {
    LogIndex index;
    Term term;

    friend auto operator<=>(const EntryReference&, const EntryReference&) = default;
};

/// How firmly a node can close a primary whose lease ended. Ordered: later is
/// firmer. Time alone permits a takeover only from `guard` on.
enum class FencingTier {
    none,    ///< Not reported yet: only proof or an operator's word permits a takeover.
    agent,   ///< Tier 0: the agent refuses writes and kills clients.
    guard,   ///< Tier 0g: the guard kills the server when the shared deadline passes.
    kernel,  ///< Tier 1: the kernel drops the server's packets when the lease ends.
};

[[nodiscard]] std::string_view name_of(FencingTier tier);

}  // namespace baton::cluster
