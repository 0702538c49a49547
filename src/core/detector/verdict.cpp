#include "core/detector/verdict.hpp"

#include <algorithm>

namespace baton::detector {

namespace {

bool holds_failed(const cluster::NodeReport& report, const NodeId& node) {
    const auto opinion = std::ranges::find(report.peers, node, &cluster::PeerView::peer);
    return !report.doubts_itself && opinion != report.peers.end() &&
           opinion->liveness == cluster::Liveness::failed;
}

}  // namespace

bool majority_holds_failed(const NodeId& node, const std::vector<NodeId>& voters,
                           const std::map<NodeId, cluster::NodeReport>& reports) {
    const auto agreeing = std::ranges::count_if(voters, [&](const NodeId& voter) {
        const auto report = reports.find(voter);
        return voter != node && report != reports.end() && holds_failed(report->second, node);
    });
    return static_cast<std::size_t>(agreeing) >= voters.size() / 2 + 1;
}

}  // namespace baton::detector
