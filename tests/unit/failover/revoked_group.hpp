#pragma once

/// A group whose primary is gone, and what its servers say, for tests of who follows.

#include "core/failover/candidate.hpp"

#include <utility>
#include <vector>

namespace baton::failover {

using cluster::GroupState;
using cluster::InstanceReport;
using cluster::ProcessState;
using cluster::ServerRole;

inline InstanceId id(const char* name) { return InstanceId{name}; }

/// Group "orders" with a, b, c; a was primary at epoch 3 of history H from
/// offset 100 on, and is revoked.
inline GroupState revoked_group() {
    GroupState group;
    group.declared.id = GroupId{"orders"};
    for (const char* name : {"a", "b", "c"}) {
        cluster::Instance instance;
        instance.id = id(name);
        instance.node = NodeId{name};
        group.declared.instances.push_back(instance);
    }
    group.phase = Phase::fencing;
    group.epoch = Epoch{3};
    group.primary = id("a");
    group.revoked = true;
    group.lineage = {"H", 100, {}};
    return group;
}

inline InstanceReport standby(const char* name, std::uint64_t offset) {
    InstanceReport report;
    report.instance = id(name);
    report.process = ProcessState::running;
    report.role = ServerRole::standby;
    report.replication_id = "H";
    report.offset = offset;
    report.severed = Epoch{3};
    report.keys = 10;
    return report;
}

inline Election takeover(const GroupState& group, std::vector<InstanceReport> reports) {
    Election election;
    election.group = &group;
    for (InstanceReport& report : reports) election.reports[report.instance] = std::move(report);
    return election;
}

}  // namespace baton::failover
