#include "exhaustive/lease/explorer.hpp"

#include "exhaustive/lease/story.hpp"
#include "exhaustive/lease/world.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <unordered_set>
#include <utility>
#include <vector>

namespace baton::exhaustive {

namespace {

/// How a world was reached: by what, from which one.
struct Way {
    std::size_t from = 0;
    Action action;
};

struct Reached {
    std::size_t way = 0;
    World world;
};

std::vector<Action> way_to(const std::vector<Way>& ways, std::size_t last) {
    std::vector<Action> actions;
    for (std::size_t at = last; at != 0; at = ways[at].from) actions.push_back(ways[at].action);
    std::ranges::reverse(actions);
    return actions;
}

}  // namespace

Exploration explore(const Scene& scene) {
    const World first(scene);
    std::unordered_set<std::uint64_t> known{first.fingerprint()};
    std::vector<Way> ways{Way{}};
    std::deque<Reached> waiting;
    waiting.push_back({0, first});
    for (; !waiting.empty(); waiting.pop_front()) {
        const std::size_t from = waiting.front().way;
        for (const Action action : waiting.front().world.possible()) {
            World world = waiting.front().world;
            world.act(action);
            if (!known.insert(world.fingerprint()).second) continue;
            ways.push_back({from, action});
            if (world.broken()) return {ways.size(), tell(scene, way_to(ways, ways.size() - 1))};
            waiting.push_back({ways.size() - 1, std::move(world)});
        }
    }
    return {ways.size(), {}};
}

}  // namespace baton::exhaustive
