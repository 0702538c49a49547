#pragma once

/// Does a server that is about to follow hold something that its group's history
/// lacks? Once it follows, that is gone.

#include "core/cluster/loss.hpp"
#include "core/cluster/report.hpp"
#include "core/cluster/state.hpp"

#include <string>

namespace baton::failover {

/// What would be lost if the server behind `report` followed the present
/// primary now. Asked of a standby of nobody only: its position does not move.
[[nodiscard]] cluster::Tail tail_of(const cluster::GroupState& group,
                                    const cluster::InstanceReport& report);

/// The tail as one line of text.
[[nodiscard]] std::string describe(const cluster::Tail& tail);

}  // namespace baton::failover
