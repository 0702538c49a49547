#pragma once

/// The point of it all: once a primary has acknowledged a write, no earlier
/// primary acknowledges one any more. A term of office is one history id of
/// one server, which changes with every promotion; terms must not overlap,
/// measured where writes are executed, by true time.

#include "base/ids.hpp"
#include "simulation/checkers/checker.hpp"

#include <map>
#include <set>
#include <string>
#include <utility>

namespace baton::simulation {

class SingleWriter : public Checker {
public:
    explicit SingleWriter(World& world) : Checker(world, "single_writer") {}

    void acknowledged(const InstanceId& server, const std::string& history) {
        judged();
        if (server == present_.first && history == present_.second) return;
        const auto former = std::exchange(present_, std::pair{server, history});
        if (former.first) over_.insert(former);
        if (!over_.contains(present_)) return;
        fail(server.text + " acknowledged a write after " + former.first.text +
             " had acknowledged one in a later "
             "term of office");
    }

private:
    std::pair<InstanceId, std::string> present_;
    std::set<std::pair<InstanceId, std::string>> over_;
};

}  // namespace baton::simulation
