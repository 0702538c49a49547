// What commands need that ask every agent and compare the answers.
#include "api/health.hpp"
#include "api/view_json.hpp"
#include "core/lease/condition.hpp"

namespace baton::api {

namespace {

Json incident_json(const std::optional<detector::Incident>& incident) {
    if (!incident) return nullptr;
    Json nodes = Json::array();
    for (const NodeId& node : incident->nodes) nodes.push_back(node.text);
    const bool over = incident->ended_wall_milliseconds != 0;
    return {{"nodes", std::move(nodes)},
            {"began_wall_ms", incident->began_wall_milliseconds},
            {"ended_wall_ms", over ? Json(incident->ended_wall_milliseconds) : Json(nullptr)}};
}

Json voters_json(const View& view) {
    Json voters = Json::array();
    for (const NodeId& voter : view.raft.membership.voters) voters.push_back(voter.text);
    return voters;
}

Json heard_peers_json(const View& view) {
    Json peers = Json::array();
    for (const cluster::PeerView& peer : view.peers) {
        peers.push_back({{"node", peer.peer.text},
                         {"liveness", cluster::name_of(peer.liveness)},
                         {"phi", node_phi(view, peer.peer)},
                         {"connected", peer.connected}});
    }
    return peers;
}

Json guard_json(const View& view) {
    const auto seen = view.guard_seen == Instant::never()
                          ? Json(nullptr)
                          : Json(whole_milliseconds(view.now - view.guard_seen));
    const GuardLateness& late = view.guard_lateness;
    return {{"verified_age_ms", seen},
            {"closed", late.closed},
            {"late_last_ms", late.closed == 0 ? Json(nullptr) : Json(milliseconds_of(late.last))},
            {"late_max_ms", late.closed == 0 ? Json(nullptr) : Json(milliseconds_of(late.max))},
            {"oversleep_max_ms", milliseconds_of(late.oversleep_max)}};
}

/// Tier 3, which the servers carry: as fresh as this node's last look at them.
Json condition_json(const View& view) {
    const auto report = view.reports.find(view.self);
    const auto arrived = view.report_times.find(view.self);
    const bool told = report != view.reports.end() && arrived != view.report_times.end();
    const auto servers = told ? report->second.instances : cluster::InstanceReports{};
    const lease::Condition judged = lease::judge_condition(*view.state, view.self, servers);
    const bool proven = judged.state == lease::TierState::verified;
    return {{"tier", "3"},
            {"state", lease::name_of(judged.state)},
            {"reason", judged.reason},
            {"proof", proven ? Json("the servers say that their writes take standbys") : Json()},
            {"proven_age_ms",
             proven ? Json(whole_milliseconds(view.now - arrived->second)) : Json()},
            {"margin_ms", milliseconds_of(lease::standby_silence_max)},
            {"late_max_ms", nullptr},
            {"late_p99_ms", nullptr}};
}

Json tiers_json(const View& view) {
    Json tiers = Json::array();
    for (const lease::Tier& each : view.tiers) {
        const bool proven = each.proven != Instant::never();
        tiers.push_back(
            {{"tier", cluster::name_of(each.tier)},
             {"state", lease::name_of(each.state)},
             {"reason", each.reason},
             {"proof", proven ? Json(each.proof) : Json(nullptr)},
             {"proven_age_ms",
              proven ? Json(whole_milliseconds(view.now - each.proven)) : Json(nullptr)},
             {"margin_ms", milliseconds_of(each.margin)},
             {"late_max_ms", proven ? Json(milliseconds_of(each.late.max)) : Json(nullptr)},
             {"late_p99_ms", proven ? Json(milliseconds_of(each.late.p99)) : Json(nullptr)}});
    }
    if (view.state) tiers.push_back(condition_json(view));
    return tiers;
}

/// The committed tier decides (core/failover/assessment): only a guard ends a
/// server without its agent, so only then does time alone permit a takeover.
Json fenced_node_json(const View& view, const NodeId& id, const cluster::NodeState& node) {
    const auto report = view.reports.find(id);
    const auto arrived = view.report_times.find(id);
    const bool told = report != view.reports.end() && arrived != view.report_times.end();
    const bool by_time = node.fencing >= cluster::FencingTier::guard;
    Json json{{"name", id.text}, {"committed", cluster::name_of(node.fencing)}};
    json["reported"] = told ? Json(cluster::name_of(report->second.fencing)) : Json(nullptr);
    json["agreed"] = told ? Json(report->second.fencing == node.fencing) : Json(nullptr);
    json["report_age_ms"] =
        told ? Json(whole_milliseconds(view.now - arrived->second)) : Json(nullptr);
    json["takeover_by_time"] = by_time;
    json["takeover_wait_ms"] =
        by_time ? Json(milliseconds_of(lease::takeover_wait(view.state->settings.lease)))
                : Json(nullptr);
    json["takeover_by_command"] = !by_time && !view.state->settings.fencing.words.empty();
    json["cut_off_at"] = node.cut_off.value > 0 ? Json(node.cut_off.value) : Json(nullptr);
    return json;
}

}  // namespace

Json partition_json(const View& view) {
    Json json{{"node", view.self.text},
              {"formed", view.formed},
              {"wall_ms", view.wall_milliseconds},
              {"leader", view.raft.leader ? Json(view.raft.leader.text) : Json(nullptr)},
              {"quorum", has_quorum(view)},
              {"voters", voters_json(view)},
              {"membership_index", view.raft.membership_index.value},
              {"peers", heard_peers_json(view)},
              {"incident", incident_json(view.incident)}};
    if (!view.formed) json["waiting_for"] = view.waiting_for;
    return json;
}

Json fencing_json(const View& view) {
    Json nodes = Json::array();
    if (view.state) {
        for (const auto& [id, node] : view.state->nodes) {
            nodes.push_back(fenced_node_json(view, id, node));
        }
    }
    return {{"node", view.self.text},
            {"quorum", has_quorum(view)},
            {"guard", guard_json(view)},
            {"tiers", tiers_json(view)},
            {"nodes", std::move(nodes)}};
}

Json consistency_json(const View& view) {
    Json json{{"node", view.self.text},
              {"formed", view.formed},
              {"applied", view.applied.value},
              {"applied_term", view.applied_term.value},
              {"term", view.raft.term.value},
              {"voters", voters_json(view)},
              {"digest", nullptr}};
    if (view.state) json["digest"] = std::to_string(cluster::digest(*view.state));
    if (!view.formed) json["waiting_for"] = view.waiting_for;
    return json;
}

}  // namespace baton::api
