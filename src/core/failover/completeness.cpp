#include "core/failover/completeness.hpp"

#include "core/failover/descent.hpp"

#include <algorithm>

namespace baton::failover {

namespace {

using cluster::GroupState;
using cluster::InstanceReport;

const InstanceReport* find(const InstanceReports& reports, const InstanceId& instance) {
    const auto found = reports.find(instance);
    return found == reports.end() ? nullptr : &found->second;
}

/// Everything was executed by the last primary before anyone confirmed it.
bool kept_its_memory(const GroupState& group, const InstanceReport* primary) {
    return primary != nullptr && !primary->run_id.empty() &&
           primary->run_id == group.primary_run_id;
}

HolderDue due(const GroupState& group, const InstanceReport& primary,
              const InstanceReport& standby) {
    const bool attached = standby.following == group.primary && standby.link_up &&
                          !standby.loading && !standby.run_id.empty();
    if (!attached) return {};
    const auto known = group.holders.find(standby.instance);
    const bool noted = known != group.holders.end() && known->second.run_id == standby.run_id;
    if (!noted) return {standby.instance, standby.run_id, std::nullopt};
    if (known->second.reach || primary.asked_at < known->second.noted) return {};
    return {standby.instance, standby.run_id, primary.offset};
}

/// Not heard, or heard in a life that counts and not cut off yet.
bool may_prove_yet(const GroupState& group, const InstanceId& instance,
                   const InstanceReports& settled, const InstanceReports& heard) {
    const InstanceReport* report = find(heard, instance);
    if (report == nullptr) return true;
    const bool intact =
        instance == group.primary ? kept_its_memory(group, report) : counts(group, *report);
    const bool gone = report->process == cluster::ProcessState::absent;
    return intact && !gone && !settled.contains(instance);
}

}  // namespace

bool counts(const GroupState& group, const InstanceReport& report) {
    const auto holder = group.holders.find(report.instance);
    return holder != group.holders.end() && !report.run_id.empty() &&
           holder->second.run_id == report.run_id && holder->second.reach &&
           position_in(group.lineage, report) >= *holder->second.reach;
}

Completeness judge_completeness(const GroupState& group, const InstanceReports& settled,
                                const InstanceReports& heard) {
    Completeness result;
    if (group.declared.durability != cluster::Durability::replicated || !group.primary) {
        return result;
    }
    const std::size_t standbys = group.declared.instances.size() - 1;
    const std::size_t confirmations = std::max<std::size_t>(group.declared.acknowledgements, 1);
    result.needed = standbys - std::min(confirmations, standbys) + 1;
    for (const cluster::Instance& instance : group.declared.instances) {
        if (may_prove_yet(group, instance.id, settled, heard)) {
            result.hoped_for.push_back(instance.id);
        }
        const InstanceReport* report = find(settled, instance.id);
        if (instance.id == group.primary || report == nullptr || !counts(group, *report)) continue;
        ++result.counted;
        result.reach = std::max(result.reach, position_in(group.lineage, *report));
    }
    result.proven = result.counted >= result.needed;
    const InstanceReport* primary = find(settled, group.primary);
    if (kept_its_memory(group, primary)) {
        const std::uint64_t all = position_in(group.lineage, *primary);
        result.reach = result.proven ? std::min(result.reach, all) : all;
        result.proven = true;
    }
    return result;
}

HolderDue holder_due(const GroupState& group, const InstanceReports& reports) {
    const InstanceReport* primary = find(reports, group.primary);
    const bool serves = primary != nullptr && primary->opened == group.epoch && !group.revoked &&
                        primary->role == cluster::ServerRole::primary;
    if (group.declared.durability != cluster::Durability::replicated || !serves) return {};
    for (const auto& [id, report] : reports) {
        if (id == group.primary) continue;
        HolderDue found = due(group, *primary, report);
        if (found.instance) return found;
    }
    return {};
}

std::string describe(const Completeness& completeness) {
    if (completeness.proven) return {};
    std::string text = "only " + std::to_string(completeness.counted) + " of the " +
                       std::to_string(completeness.needed) +
                       " positions are known that prove what was confirmed; ";
    if (completeness.hoped_for.empty()) {
        return text + "nobody is left who could prove it, so only an operator can accept the loss";
    }
    std::string names;
    for (const InstanceId& each : completeness.hoped_for) {
        names += (names.empty() ? "" : " or ") + each.text;
    }
    return text + "the return of " + names + " with its memory can";
}

}  // namespace baton::failover
