#pragma once

/// How a report is told to those who hold the one before it: servers and fronts that
/// are as they were are left out, the rest is said in full. Whoever missed the one
/// before takes nothing from it. When a whole report is due is not decided here.

#include "core/cluster/report.hpp"

namespace baton::cluster {

/// `present` as told to those who hold `before`, the last report of the same agent.
/// Whole if a server or front is gone: that cannot be told by leaving it out.
[[nodiscard]] NodeReport change_since(const NodeReport& before, const NodeReport& present);

/// Makes of `known` what its node says with `heard`. False if a report in between was
/// lost: `known` stays as it is, until a whole report comes.
[[nodiscard]] bool take_in(NodeReport& known, NodeReport heard);

/// Whether both say the same of the node itself. Numbers that move with every report
/// decide nothing by themselves and are not compared, nor are servers, fronts and ages.
[[nodiscard]] bool same_node(NodeReport one, NodeReport other);

}  // namespace baton::cluster
