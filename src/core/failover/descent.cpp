#include "core/failover/descent.hpp"

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
           former.from <= report.offset && report.offset <= former.until;
}

bool is_foreign_to(const InstanceReport& report, const cluster::Lineage& lineage) {
    const auto known = [&](const std::string& id) {
        return !id.empty() && (id == lineage.replication_id || id == lineage.former.replication_id);
    };
    return !known(report.replication_id) && !known(report.replication_id2);
}

}  // namespace baton::failover
