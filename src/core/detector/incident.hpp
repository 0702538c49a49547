#pragma once

/// The last time a majority held voters failed: which ones, from when to when.
/// Remembers one incident; what caused it, and what to do, it does not judge.

#include "base/ids.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>

namespace baton::detector {

struct Incident {
    std::set<NodeId> nodes;  ///< All that were held failed at some time of it.
    std::int64_t began_wall_milliseconds = 0;
    std::int64_t ended_wall_milliseconds = 0;  ///< 0: it goes on.

    friend bool operator==(const Incident&, const Incident&) = default;
};

class IncidentMemory {
public:
    /// `failed`: the voters held failed by a majority and by this node; `silent`:
    /// all that this node holds failed. Call it whenever either may have changed.
    /// What a majority has held lasts until the silence ends: somebody who doubts
    /// itself for a moment ends no incident. Wall time is for people.
    void look(const std::set<NodeId>& failed, const std::set<NodeId>& silent,
              std::int64_t wall_milliseconds) {
        if (!failed.empty()) {
            if (!goes_on()) last_ = Incident{{}, wall_milliseconds, 0};
            last_->nodes.insert(failed.begin(), failed.end());
        } else if (goes_on() && !meets(last_->nodes, silent)) {
            last_->ended_wall_milliseconds = wall_milliseconds;
        }
    }
    [[nodiscard]] bool goes_on() const { return last_ && last_->ended_wall_milliseconds == 0; }
    /// Empty: there was none in this agent's life.
    [[nodiscard]] const std::optional<Incident>& last() const { return last_; }

private:
    [[nodiscard]] static bool meets(const std::set<NodeId>& one, const std::set<NodeId>& other) {
        return std::ranges::any_of(one, [&](const NodeId& node) { return other.contains(node); });
    }

    std::optional<Incident> last_;
};

}  // namespace baton::detector
