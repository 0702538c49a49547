#pragma once

/// The last time a majority held voters failed: which ones, from when to when.
/// Remembers one incident; what caused it, and what to do, it does not judge.

#include "base/ids.hpp"

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
    /// `failed`: the voters held failed now. Call it whenever that may have
    /// changed. Wall time is for people and never compared.
    void look(const std::set<NodeId>& failed, std::int64_t wall_milliseconds) {
        if (!failed.empty()) {
            if (!goes_on()) last_ = Incident{{}, wall_milliseconds, 0};
            last_->nodes.insert(failed.begin(), failed.end());
        } else if (goes_on()) {
            last_->ended_wall_milliseconds = wall_milliseconds;
        }
    }
    [[nodiscard]] bool goes_on() const { return last_ && last_->ended_wall_milliseconds == 0; }
    /// Empty: there was none in this agent's life.
    [[nodiscard]] const std::optional<Incident>& last() const { return last_; }

private:
    std::optional<Incident> last_;
};

}  // namespace baton::detector
