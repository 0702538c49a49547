#pragma once

/// The power switch that an operator's fencing command asks, and the command.

#include "base/ids.hpp"
#include "simulation/world.hpp"

#include <cstddef>
#include <functional>

namespace baton::simulation {

/// What becomes of a node whose cut somebody orders.
enum class PowerSwitch {
    none,    ///< No command is declared.
    works,   ///< The machine is off after a moment, and back after two seconds.
    broken,  ///< The first two orders fail and change nothing.
    lies,    ///< It claims to have worked: a control for the checkers.
};

class Power {
public:
    using Act = std::function<void(const NodeId&)>;

    Power(World& world, PowerSwitch kind, Act off, Act on)
        : world_(world), kind_(kind), off_(std::move(off)), on_(std::move(on)) {}

    /// Somebody runs the command; `ended` gets its code.
    void order(const NodeId& node, std::function<void(int)> ended);
    [[nodiscard]] std::size_t orders() const { return orders_; }

private:
    World& world_;
    PowerSwitch kind_;
    Act off_;
    Act on_;
    std::size_t orders_ = 0;
};

}  // namespace baton::simulation
