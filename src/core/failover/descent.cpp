#include "core/failover/descent.hpp"

#include <algorithm>

namespace baton::failover {

using cluster::InstanceReport;

bool descends(const InstanceReport& report, const cluster::Lineage& lineage) {
    if (lineage.replication_id.empty()) return true;
    if (report.offset < lineage.offset) return false;
    if (report.replication_id == lineage.replication_id) return true;
    return report.replication_id2 == lineage.replication_id && report.offset2 >= lineage.offset;
}

bool falls_short_of(const InstanceReport& report, const cluster::Lineage& lineage) {
    const cluster::FormerHistory& former = lineage.former;
    return !former.replication_id.empty() && report.replication_id == former.replication_id &&
           former.from <= report.offset;
}

std::uint64_t left_at(const InstanceReport& report) {
    return report.offset2 - std::min<std::uint64_t>(report.offset2, 1);
}

std::uint64_t shared_until(const InstanceReport& report, const cluster::Lineage& lineage) {
    const cluster::FormerHistory& former = lineage.former;
    const auto is = [](const std::string& id, const std::string& one) {
        return !id.empty() && id == one;
    };
    if (is(report.replication_id, lineage.replication_id)) return report.offset;
    if (is(report.replication_id2, lineage.replication_id)) return left_at(report);
    if (is(report.replication_id, former.replication_id)) {
        return std::min(report.offset, former.until);
    }
    if (is(report.replication_id2, former.replication_id)) {
        return std::min(left_at(report), former.until);
    }
    return 0;
}

std::uint64_t position_in(const cluster::Lineage& lineage, const InstanceReport& report) {
    return descends(report, lineage) ? report.offset : shared_until(report, lineage);
}

}  // namespace baton::failover
