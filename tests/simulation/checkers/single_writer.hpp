#pragma once

/// The point of it all: once a primary has acknowledged a write, no earlier
/// primary acknowledges one any more. A term of office is one history id of
/// one server, which changes with every promotion; terms must not overlap,
/// measured where writes are executed, by true time.

#include "base/ids.hpp"
#include "simulation/world.hpp"

#include <map>
#include <set>
#include <string>
#include <utility>

namespace baton::simulation {

class SingleWriter {
public:
    explicit SingleWriter(World& world) : world_(world) {}

    void acknowledged(const InstanceId& server, const std::string& history) {
        ++count_;
        if (server == present_.first && history == present_.second) return;
        const auto former = std::exchange(present_, std::pair{server, history});
        if (former.first) over_.insert(former);
        if (!over_.contains(present_)) return;
        world_.fail("single_writer", server.text + " acknowledged a write after " +
                                         former.first.text +
                                         " had acknowledged one in a later "
                                         "term of office");
    }
    [[nodiscard]] std::uint64_t count() const { return count_; }

private:
    World& world_;
    std::pair<InstanceId, std::string> present_;
    std::set<std::pair<InstanceId, std::string>> over_;
    std::uint64_t count_ = 0;
};

}  // namespace baton::simulation
