#include "core/cluster/report_change.hpp"

#include <algorithm>
#include <utility>

namespace baton::cluster {

namespace {

template <typename Map>
bool lost_any(const Map& before, const Map& present) {
    return std::ranges::any_of(before.beyond(present),
                               [&](const auto& item) { return !present.contains(item.first); });
}

}  // namespace

NodeReport change_since(const NodeReport& before, const NodeReport& present) {
    NodeReport told = present;
    told.since = 0;
    const bool whole = before.sequence == 0 || lost_any(before.instances, present.instances) ||
                       lost_any(before.fronts, present.fronts);
    if (whole) return told;
    told.since = before.sequence;
    told.instances = present.instances.beyond(before.instances);
    told.fronts = present.fronts.beyond(before.fronts);
    return told;
}

bool take_in(NodeReport& known, NodeReport heard) {
    if (heard.since != 0) {
        if (heard.since != known.sequence) return false;
        heard.since = 0;
        known.instances.overlay(heard.instances);
        known.fronts.overlay(heard.fronts);
        heard.instances = std::move(known.instances);
        heard.fronts = std::move(known.fronts);
    }
    known = std::move(heard);
    return true;
}

bool same_node(NodeReport one, NodeReport other) {
    for (NodeReport* each : {&one, &other}) {
        each->sequence = 0;
        each->since = 0;
        each->applied = LogIndex{};
        each->instances = {};
        each->fronts = {};
        each->ages.clear();
        for (PeerView& peer : each->peers) {
            peer.phi = 0;
            peer.samples = 0;
        }
    }
    return one == other;
}

}  // namespace baton::cluster
