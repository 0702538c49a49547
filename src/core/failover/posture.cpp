#include "core/failover/posture.hpp"

namespace baton::failover {

namespace {

using cluster::GroupState;
using cluster::Phase;

Posture as_primary(const GroupState& group, const LocalAuthority& authority) {
    if (authority.closed >= group.epoch) {
        return {Want::isolated, {}, group.epoch, true, "this epoch was closed here for good"};
    }
    if (authority.now >= authority.close_at) {
        return {Want::isolated, {}, group.epoch, false, "no valid lease: a majority is not heard"};
    }
    if (group.phase == Phase::handing_over) {
        return {Want::handing_over, group.successor, group.epoch, false, "planned switchover"};
    }
    return {Want::primary, {}, group.epoch, false, "appointed, with a valid lease"};
}

}  // namespace

Posture posture(const cluster::GroupState& group, const InstanceId& self,
                const LocalAuthority& authority) {
    const bool appointed = group.primary == self;
    using cluster::Phase;
    if (group.phase == Phase::vacant) {
        return {Want::isolated, {}, group.epoch, false, "the group has no primary yet"};
    }
    if (group.revoked) {
        return {Want::isolated, {}, group.epoch, appointed, "the last appointment was revoked"};
    }
    if (authority.fenced) {
        return {Want::isolated, {}, group.epoch, appointed, "an operator fenced this node"};
    }
    if (appointed) return as_primary(group, authority);
    // Once recorded, being open is a fact about the epoch: a restarting agent of
    // the primary must not make its standbys let go.
    if (!authority.primary_open && group.phase == Phase::promoting) {
        return {Want::isolated, {}, group.epoch, false, "the primary is not open yet"};
    }
    return {Want::following, group.primary, group.epoch, false, "the primary is open"};
}

std::string_view name_of(Want want) {
    switch (want) {
        case Want::isolated: return "isolated";
        case Want::primary: return "primary";
        case Want::following: return "following";
        case Want::handing_over: return "handing_over";
    }
    return "isolated";
}

}  // namespace baton::failover
