#pragma once

/// A front that sends writes to a server under an epoch sends them to the one that
/// was appointed to it; and a front whose agent knows for long enough who is
/// primary, and that it is open, sends them there.

#include "core/routing/route.hpp"
#include "runtime/view.hpp"
#include "simulation/checkers/checker.hpp"
#include "simulation/machine.hpp"

#include <map>
#include <string>
#include <utility>

namespace baton::simulation {

class RoutesFollowPrimary : public Checker {
public:
    explicit RoutesFollowPrimary(World& world) : Checker(world, "routes_follow_primary") {}

    void applied(const cluster::State& state) {
        for (const auto& [id, group] : state.groups) {
            holders_.try_emplace({id, group.epoch}, group.primary);
        }
    }
    /// The front of `node` begins to serve this.
    void served(const NodeId& node, const FrontRoute& route) {
        for (const FrontServer& server : route.servers) {
            const auto holder = holders_.find({route.group, route.epoch});
            if (!server.writes || holder == holders_.end()) continue;
            judged();
            if (holder->second == server.instance) continue;
            fail("the front of " + node.text + " sends writes to " + server.instance.text +
                 " under epoch " + std::to_string(route.epoch.value) + " of " +
                 holder->second.text);
        }
    }
    /// What the running agent of `node` knows, and where its front sends writes now.
    void sampled(const NodeId& node, const runtime::MemberView& view, const FrontProcess& front) {
        if (!view.formed || !view.caught_up) return away(node);
        for (const auto& [id, group] : view.state->groups) {
            if (group.declared.fronted_on(node)) follows({node, id}, group, front);
        }
    }
    /// Its agent does not run, or its front was ended: nothing can be asked of it.
    void away(const NodeId& node) {
        std::erase_if(known_, [&](const auto& each) { return each.first.first == node; });
    }

private:
    /// Longer than a front takes to start, and a failed switch to be repeated.
    static constexpr Duration patience = seconds{2};

    struct Known {
        Epoch epoch;
        std::uint64_t life = 0;
        Instant since;
    };

    void follows(const std::pair<NodeId, GroupId>& place, const cluster::GroupState& group,
                 const FrontProcess& front) {
        using cluster::Phase;
        const bool open =
            !group.revoked && (group.phase == Phase::repairing || group.phase == Phase::steady ||
                               group.phase == Phase::handing_over);
        if (!open) {
            known_.erase(place);
            return;
        }
        const auto [found, first] =
            known_.try_emplace(place, Known{group.epoch, front.life, now()});
        Known& known = found->second;
        const bool same = known.epoch == group.epoch && known.life == front.life;
        if (!same) known = {group.epoch, front.life, now()};
        if (first || !same || now() - known.since < patience) return;
        judged();
        if (front.writer(place.second) == group.primary) return;
        fail("the front of " + place.first.text + " does not send writes to " + group.primary.text +
             ", which its agent has known to be open for " +
             std::to_string(whole_milliseconds(now() - known.since)) + " ms");
    }

    std::map<std::pair<GroupId, Epoch>, InstanceId> holders_;
    std::map<std::pair<NodeId, GroupId>, Known> known_;
};

}  // namespace baton::simulation
