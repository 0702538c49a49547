#pragma once

/// The two halves of an agent talk through this: the executor's side calls it
/// on its own loop, the member hears it on the consensus loop, and answers come
/// back. Both loops may be the same one, as in the simulator.

#include "core/cluster/report.hpp"
#include "core/lease/lease.hpp"
#include "ports/done.hpp"
#include "ports/loop.hpp"

#include <memory>

namespace baton::runtime {

class Member;

/// What the executor may say to the member; see `Member` for the meanings.
class MemberLink {
public:
    virtual ~MemberLink() = default;
    virtual void instances(cluster::InstanceReports reports) = 0;
    virtual void fronts(SharedMap<GroupId, Epoch> served) = 0;
    virtual void set_open(lease::Pair pair, bool open) = 0;
    virtual void standby_confirmed(lease::Pair pair, cluster::Instance instance) = 0;
    virtual void cut_off(NodeId node, LogIndex after) = 0;
    virtual void close_epoch(GroupId group, Epoch epoch, Done<void> done) = 0;
};

/// `member` must outlive every call that was posted: stop the consensus loop
/// before destroying it.
[[nodiscard]] std::unique_ptr<MemberLink> link_member(Loop& consensus_loop, Loop& own_loop,
                                                      Member& member);

}  // namespace baton::runtime
