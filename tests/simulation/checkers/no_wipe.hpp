#pragma once

/// An empty server never feeds its emptiness to one that holds data, unless an
/// operator accepted what its primary lacks: those who were away may copy that until
/// it has acknowledged something, and end the copies that they have begun by then.

#include "base/ids.hpp"
#include "simulation/checkers/checker.hpp"

#include <cstddef>
#include <set>
#include <string>

namespace baton::simulation {

class NoWipe : public Checker {
public:
    explicit NoWipe(World& world) : Checker(world, "no_wipe") {}

    /// Whoever opens with `history` may lack writes.
    void loss_accepted(const std::string& history) {
        accepted_ = true;
        began(history);
    }
    /// A primary began a history of its own.
    void began(const std::string& history) {
        if (accepted_) covered_.insert(history);
    }
    void acknowledged() { accepted_ = false; }

    /// A full copy of that history replaced `before` writes of `server` by `after`.
    void copied(const InstanceId& server, const std::string& history, std::size_t before,
                std::size_t after) {
        judged();
        if (accepted_ || covered_.contains(history) || before == 0 || after > 0) return;
        fail(server.text + " gave up " + std::to_string(before) +
             " writes for a copy of an empty server");
    }

private:
    bool accepted_ = false;
    std::set<std::string> covered_;  ///< Begun between an acceptance and the next write.
};

}  // namespace baton::simulation
