#include "runtime/bridge.hpp"

#include "runtime/member.hpp"

#include <utility>

namespace baton::runtime {

namespace {

class PostingLink final : public MemberLink {
public:
    PostingLink(Loop& consensus_loop, Loop& own_loop, Member& member)
        : consensus_loop_(consensus_loop), own_loop_(own_loop), member_(member) {}

    void instances(cluster::InstanceReports reports) override {
        consensus_loop_.post([this, reports = std::move(reports)] { member_.instances(reports); });
    }
    void fronts(SharedMap<GroupId, Epoch> served) override {
        consensus_loop_.post([this, served = std::move(served)] { member_.fronts(served); });
    }
    void set_open(lease::Pair pair, bool open) override {
        consensus_loop_.post(
            [this, pair = std::move(pair), open] { member_.set_open(pair, open); });
    }
    void standby_confirmed(lease::Pair pair, cluster::Instance instance) override {
        consensus_loop_.post([this, pair = std::move(pair), instance = std::move(instance)] {
            member_.standby_confirmed(pair, instance);
        });
    }
    void cut_off(NodeId node, LogIndex after) override {
        consensus_loop_.post(
            [this, node = std::move(node), after] { member_.cut_off(node, after); });
    }
    void close_epoch(GroupId group, Epoch epoch, Done<void> done) override {
        consensus_loop_.post([this, group = std::move(group), epoch, done = std::move(done)] {
            member_.close_epoch(group, epoch, [this, done](Result<void> closed) {
                own_loop_.post([done, closed = std::move(closed)] { done(closed); });
            });
        });
    }

private:
    Loop& consensus_loop_;
    Loop& own_loop_;
    Member& member_;
};

}  // namespace

std::unique_ptr<MemberLink> link_member(Loop& consensus_loop, Loop& own_loop, Member& member) {
    return std::make_unique<PostingLink>(consensus_loop, own_loop, member);
}

}  // namespace baton::runtime
