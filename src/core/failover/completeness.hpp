#pragma once

/// When a candidate certainly holds every confirmed write (`durability:
/// replicated`). Let S be the standbys of the group and K the confirmations a
/// write needs. S-K+1 of them share a member with whichever K confirmed a write;
/// so the furthest among S-K+1 final positions that count holds it. A position
/// counts while the server's memory is all that it ever confirmed from: see
/// cluster::Holder. The last primary itself, with its memory, needs no others.

#include "core/cluster/report.hpp"
#include "core/cluster/state.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace baton::failover {

struct Completeness {
    std::size_t needed = 0;   ///< Positions of standbys; 0 where nothing was promised.
    std::size_t counted = 0;  ///< Positions that count.
    std::uint64_t reach = 0;  ///< If proven: whoever reached it holds every confirmed write.
    bool proven = true;
    std::vector<InstanceId> hoped_for;  ///< Whose position could prove it yet, in declared order.

    friend bool operator==(const Completeness&, const Completeness&) = default;
};

using cluster::InstanceReports;

/// `settled` holds the positions that can no longer move, of instances that are
/// otherwise fit: severed from the last primary and descending from its history.
/// `heard` holds all that is known.
[[nodiscard]] Completeness judge_completeness(const cluster::GroupState& group,
                                              const InstanceReports& settled,
                                              const InstanceReports& heard);

/// Whether what `report` says of its server proves something about confirmed writes.
[[nodiscard]] bool counts(const cluster::GroupState& group, const cluster::InstanceReport& report);

/// The holder whose record is due next while `primary` serves: a standby in a
/// life that is unknown, or one whose `reach` can be read off the primary now.
/// Nothing to record: an empty instance.
struct HolderDue {
    InstanceId instance;
    std::string run_id;
    std::optional<std::uint64_t> reach;
};
[[nodiscard]] HolderDue holder_due(const cluster::GroupState& group,
                                   const InstanceReports& reports);

/// Why nothing is proven, and who could prove it; empty if proven.
[[nodiscard]] std::string describe(const Completeness& completeness);

}  // namespace baton::failover
