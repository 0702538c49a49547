#include "core/detector/standpoint.hpp"

#include <algorithm>
#include <set>

namespace baton::detector {

namespace {

using cluster::Liveness;
using cluster::NodeReport;
using Reports = std::map<NodeId, NodeReport>;

/// Whether `report` lets its node's link from `peer` count as open.
using Hears = bool (*)(Liveness liveness);

bool surely(Liveness liveness) {
    return liveness == Liveness::alive;
}
bool perhaps(Liveness liveness) {
    return liveness != Liveness::failed;
}
/// Who joined while another was down may never be heard by it, nor hear it.
bool at_all(Liveness liveness) {
    return liveness != Liveness::failed && liveness != Liveness::unheard;
}

bool hears(const NodeReport& report, const NodeId& peer, Hears open) {
    const auto opinion = std::ranges::find(report.peers, peer, &cluster::PeerView::peer);
    return opinion != report.peers.end() && open(opinion->liveness);
}

bool heard_by(const Reports& reports, const NodeId& peer, const NodeId& node, Hears open) {
    const auto report = reports.find(peer);
    return report == reports.end() || report->second.doubts_itself ||
           hears(report->second, node, open);
}

/// By `own` word `to_us`, by that of the others `from_us`.
std::set<NodeId> in_touch(const NodeReport& own, const Reports& reports, Hears to_us,
                          Hears from_us) {
    std::set<NodeId> found{own.node};
    for (const cluster::PeerView& each : own.peers) {
        if (to_us(each.liveness) && heard_by(reports, each.peer, own.node, from_us)) {
            found.insert(each.peer);
        }
    }
    return found;
}

}  // namespace

std::vector<NodeId> better_placed(const NodeId& leader, const std::vector<NodeId>& voters,
                                  const Reports& reports) {
    std::vector<NodeId> better;
    const auto own = reports.find(leader);
    if (own == reports.end() || own->second.doubts_itself) return better;
    const std::set<NodeId> known = in_touch(own->second, reports, at_all, perhaps);
    for (const NodeId& voter : voters) {
        const auto report = reports.find(voter);
        if (voter == leader || report == reports.end() || report->second.doubts_itself) continue;
        const std::set<NodeId> wider = in_touch(report->second, reports, surely, surely);
        if (wider.size() > known.size() && std::ranges::includes(wider, known)) {
            better.push_back(voter);
        }
    }
    return better;
}

}  // namespace baton::detector
