#pragma once

/// Whether what a server holds is a part of the history that the log names. Its
/// length is not judged here.

#include "core/cluster/report.hpp"
#include "core/cluster/state.hpp"

namespace baton::failover {

/// True when the history in `report` contains everything up to where the
/// recorded primary began (Redis: replication id now, or the one before).
[[nodiscard]] bool descends(const cluster::InstanceReport& report, const cluster::Lineage& lineage);

/// True when the server holds a part of the history before the recorded one, at
/// least to where that began: of the writes that count it lacks the last ones. What it
/// holds beyond the place where the recorded one goes on is its own.
[[nodiscard]] bool falls_short_of(const cluster::InstanceReport& report,
                                  const cluster::Lineage& lineage);

/// Where a server that became a primary left the history before: it says which
/// byte would have been the next of that one.
[[nodiscard]] std::uint64_t left_at(const cluster::InstanceReport& report);

/// Up to which position what the server holds is the group's; what it holds beyond
/// that are bytes that the group never had. 0 if nothing says that they have
/// anything in common.
[[nodiscard]] std::uint64_t shared_until(const cluster::InstanceReport& report,
                                         const cluster::Lineage& lineage);

/// How far the server has come of what counts: by this candidates are compared. Its own
/// position, unless it does not descend from `lineage`; then as far as they share.
[[nodiscard]] std::uint64_t position_in(const cluster::Lineage& lineage,
                                        const cluster::InstanceReport& report);

}  // namespace baton::failover
