#pragma once

/// Who can send packets to whom, and how long they take. One way at a time:
/// a cut from a to b leaves b to a open. What a connection makes of this is
/// for those who model connections.

#include "base/ids.hpp"
#include "simulation/world.hpp"

#include <map>
#include <set>
#include <string>
#include <utility>

namespace baton::simulation {

class Network {
public:
    explicit Network(World& world) : world_(world) {}

    void cut(const NodeId& from, const NodeId& to) { cuts_.insert({from, to}); }
    void heal(const NodeId& from, const NodeId& to) { cuts_.erase({from, to}); }
    void heal_all() { cuts_.clear(); }
    /// A machine that is off or paused as a whole answers nothing.
    void set_present(const NodeId& node, bool present);

    [[nodiscard]] bool open(const NodeId& from, const NodeId& to) const;
    [[nodiscard]] bool open_both(const NodeId& a, const NodeId& b) const {
        return open(a, b) && open(b, a);
    }
    [[nodiscard]] bool present(const NodeId& node) const { return !absent_.contains(node); }

    /// Packets take up to `extra` longer, and one in `lost_one_in` is sent again.
    void disturb(Duration extra, std::uint64_t lost_one_in);
    void calm() { disturb(Duration{0}, 0); }
    [[nodiscard]] bool disturbed() const { return extra_.count() > 0 || lost_one_in_ > 0; }
    /// One packet's way, retransmissions included.
    [[nodiscard]] Duration delay(const NodeId& from, const NodeId& to);

private:
    World& world_;
    std::set<std::pair<NodeId, NodeId>> cuts_;
    std::set<NodeId> absent_;
    Duration extra_{0};
    std::uint64_t lost_one_in_ = 0;
};

}  // namespace baton::simulation
