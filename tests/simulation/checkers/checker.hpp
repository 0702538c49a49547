#pragma once

/// A property of every run. Breaking it ends the run; how often it was judged
/// is counted, because a property that nobody looked at holds as well.

#include "simulation/world.hpp"

#include <string>
#include <utility>

namespace baton::simulation {

class Checker {
public:
    Checker(World& world, std::string property)
        : world_(world),
          property_(std::move(property)),
          judgements_(world.judgements_of(property_)) {}

protected:
    void judged() { ++judgements_; }
    void fail(const std::string& sentence) { world_.fail(property_, sentence); }
    [[nodiscard]] Instant now() const { return world_.now(); }

private:
    World& world_;
    std::string property_;
    std::uint64_t& judgements_;
};

}  // namespace baton::simulation
