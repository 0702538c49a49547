#pragma once

/// An empty server never feeds its emptiness to one that holds data, unless an
/// operator accepted the loss.

#include "base/ids.hpp"
#include "simulation/checkers/checker.hpp"

#include <cstddef>
#include <string>

namespace baton::simulation {

class NoWipe : public Checker {
public:
    explicit NoWipe(World& world) : Checker(world, "no_wipe") {}

    void loss_accepted() { accepted_ = true; }

    /// A full copy replaced `before` writes of `server` by `after`.
    void copied(const InstanceId& server, std::size_t before, std::size_t after) {
        judged();
        if (accepted_ || before == 0 || after > 0) return;
        fail(server.text + " gave up " + std::to_string(before) +
             " writes for a copy of an empty server");
    }

private:
    bool accepted_ = false;
};

}  // namespace baton::simulation
