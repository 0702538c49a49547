#include "core/failover/tail.hpp"

namespace baton::failover {

namespace {

using cluster::Fallen;
using cluster::GroupState;
using cluster::InstanceReport;
using cluster::Remains;
using cluster::Tail;

/// The server went on in history `id` after `from`, where its group left it. One
/// that has begun another history since may still be asked for that one.
Tail beyond(Epoch epoch, const std::string& id, std::uint64_t from, const InstanceReport& report) {
    const bool goes_on =
        report.replication_id == id || (report.replication_id2 == id && report.offset2 > from);
    if (id.empty() || !goes_on || report.offset <= from) return {};
    return {Remains::in_memory,  epoch, id, from, report.offset, report.offset - from,
            report.offset - from};
}

Tail of_former_primary(const Fallen& fallen, const InstanceReport& report) {
    if (report.run_id != fallen.run_id) {
        return {Remains::on_disk,   fallen.epoch,       {}, fallen.until, 0,
                fallen.bytes_known, fallen.bytes_likely};
    }
    // Only its own memory had the recorded history, and ended it before its successor
    // left: that was in the history which it began then, in the same epoch.
    const bool ended_before = !fallen.replication_id.empty() &&
                              report.replication_id2 == fallen.replication_id &&
                              report.offset2 <= fallen.until;
    const std::string& left = ended_before ? report.replication_id : fallen.replication_id;
    return beyond(fallen.epoch, left, fallen.until, report);
}

/// It took over the group's history, as it is on record, from the present primary.
bool holds_present_history(const GroupState& group, const InstanceReport& report) {
    const bool recorded = group.phase != cluster::Phase::promoting;
    return recorded && report.replication_id == group.lineage.replication_id;
}

}  // namespace

cluster::Tail tail_of(const GroupState& group, const InstanceReport& report) {
    const bool follows = report.following == group.primary && report.link_up;
    if (report.instance == group.primary || follows || holds_present_history(group, report)) {
        return {};
    }
    const auto fallen = group.fallen.find(report.instance);
    if (fallen != group.fallen.end()) return of_former_primary(fallen->second, report);
    // A standby that was passed over when the present primary was chosen.
    if (group.loss.epoch == group.epoch && !group.loss.abandoned.empty()) {
        return beyond(group.epoch, group.loss.abandoned, group.loss.promoted, report);
    }
    const bool promoting = group.phase == cluster::Phase::promoting;
    const cluster::Lineage& lineage = group.lineage;
    if (promoting && group.loss.epoch == group.epoch) {
        return beyond(group.epoch, lineage.replication_id, group.loss.promoted, report);
    }
    return beyond(group.epoch, lineage.former.replication_id, lineage.former.until, report);
}

std::string describe(const cluster::Tail& tail) {
    switch (tail.remains) {
        case Remains::nothing: return "with nothing";
        case Remains::in_memory:
            return "with " + std::to_string(tail.until - tail.from) + " bytes, offsets " +
                   std::to_string(tail.from + 1) + " to " + std::to_string(tail.until) +
                   " of history " + tail.replication_id + ",";
        case Remains::on_disk:
            return "without its memory, in which were between " + std::to_string(tail.bytes_known) +
                   " and " + std::to_string(tail.bytes_likely) + " bytes after offset " +
                   std::to_string(tail.from);
    }
    return {};
}

}  // namespace baton::failover
