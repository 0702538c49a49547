#pragma once

/// Who is primary? A node that says "here, at epoch e", as load balancers ask
/// it, is right: no later epoch has been agreed on anywhere. It may say so
/// while its own lease runs and its server is open, and not a moment longer.

#include "runtime/view.hpp"
#include "simulation/checkers/checker.hpp"

#include <algorithm>
#include <string>

namespace baton::simulation {

class NoWrongAnswer : public Checker {
public:
    explicit NoWrongAnswer(World& world) : Checker(world, "no_wrong_answer") {}

    /// The API of `node` has just answered that it has the primary of `epoch`.
    void answered(const NodeId& node, Epoch epoch, Epoch newest) {
        ++answers_;
        judge(node, epoch, newest);
    }
    /// `view`: what the agent of `node` goes by; `at`: what its clock shows.
    void asked(const NodeId& node, const runtime::MemberView& view, const GroupId& group,
               Instant at, Epoch newest) {
        if (!view.formed || !says_here(node, view, group, at)) return;
        ++answers_;
        judge(node, view.state->group(group)->epoch, newest);
    }
    [[nodiscard]] std::uint64_t answers() const { return answers_; }

private:
    void judge(const NodeId& node, Epoch epoch, Epoch newest) {
        judged();
        if (epoch >= newest) return;
        fail(node.text + " says that it has the primary of epoch " + std::to_string(epoch.value) +
             ", while epoch " + std::to_string(newest.value) + " is agreed on");
    }

    static bool says_here(const NodeId& node, const runtime::MemberView& view, const GroupId& id,
                          Instant at) {
        const cluster::GroupState* known = view.state->group(id);
        if (known == nullptr) return false;
        const cluster::GroupState& group = *known;
        const auto end = view.lease_ends.find({id, group.epoch});
        if (group.revoked || end == view.lease_ends.end() || end->second <= at) return false;
        const auto report = view.reports.find(node);
        if (report == view.reports.end()) return false;
        const auto primary = report->second.instances.find(group.primary);
        return primary != report->second.instances.end() &&
               primary->second.opened == group.epoch &&
               primary->second.process == cluster::ProcessState::running &&
               primary->second.role == cluster::ServerRole::primary;
    }

    std::uint64_t answers_ = 0;
};

}  // namespace baton::simulation
