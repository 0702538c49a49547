#pragma once

/// What the values of a cluster file must satisfy together: unique names and
/// ports, a lease longer than the heartbeats that renew it, a majority that
/// can exist. Every refusal names the key, and why it matters.

#include "config/cluster_file.hpp"
#include "config/declare.hpp"
#include "config/report.hpp"

namespace baton::config {

/// Adds the problems and warnings of the whole declaration to the report.
void check_rules(const ClusterFile& file, const Origins& origins, Report& report);

}  // namespace baton::config
