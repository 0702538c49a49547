#include "api/health.hpp"
#include "api/view_json.hpp"

#include <algorithm>

namespace baton::api {

namespace {

std::string_view name_of(raft::Role role) {
    switch (role) {
        case raft::Role::follower: return "follower";
        case raft::Role::pre_candidate: return "pre_candidate";
        case raft::Role::candidate: return "candidate";
        case raft::Role::leader: return "leader";
    }
    return "follower";
}

std::string_view name_of(Severity severity) {
    switch (severity) {
        case Severity::info: return "info";
        case Severity::warning: return "warning";
        case Severity::error: return "error";
    }
    return "info";
}

Json names_of(const std::vector<NodeId>& nodes) {
    Json names = Json::array();
    for (const auto& node : nodes) names.push_back(node.text);
    return names;
}

Json name_or_null(const NodeId& node) {
    return node ? Json(node.text) : Json(nullptr);
}

Json verdict_json(const Verdict& verdict) {
    return {{"status", verdict.fine ? "healthy" : "unhealthy"}, {"why", verdict.why}};
}

Json followers_json(const View& view) {
    Json followers = Json::array();
    for (const auto& follower : view.raft.followers) {
        const bool heard = follower.last_contact > Instant{};
        const auto age = whole_milliseconds(view.now - follower.last_contact);
        followers.push_back({{"node", follower.node.text},
                             {"voter", follower.voter},
                             {"match", follower.match.value},
                             {"next", follower.next.value},
                             {"receiving_snapshot", follower.receiving_snapshot},
                             {"last_contact_ms", heard ? Json(age) : Json(nullptr)}});
    }
    return followers;
}

Json peers_json(const View& view) {
    Json peers = Json::array();
    for (const auto& peer : view.peers) {
        peers.push_back({{"node", peer.peer.text},
                         {"status", name_of(node_health(view, peer.peer))},
                         {"liveness", cluster::name_of(peer.liveness)},
                         {"phi", node_phi(view, peer.peer)},
                         {"connected", peer.connected},
                         {"samples", peer.samples}});
    }
    return peers;
}

/// A group is healthy for its operator when it is steady and all of it works.
Json group_component(const View& view, const cluster::GroupState& group) {
    std::string why;
    if (group.phase != cluster::Phase::steady) {
        why = "phase " + std::string{cluster::name_of(group.phase)};
    }
    for (const auto& instance : group.declared.instances) {
        const auto look = look_at(view, group, instance);
        if (look.health == Health::healthy) continue;
        why += (why.empty() ? "" : "; ") + instance.id.text + ": " + look.problem;
    }
    Json json = verdict_json({why.empty(), why});
    json["name"] = group.declared.id.text;
    json["epoch"] = group.epoch.value;
    json["phase"] = cluster::name_of(group.phase);
    return json;
}

Json guard_component(const View& view) {
    const auto own = view.reports.find(view.self);
    const auto tier = own == view.reports.end() ? cluster::FencingTier::none : own->second.fencing;
    const bool fine = tier >= cluster::FencingTier::guard;
    Json json = verdict_json(
        {fine, fine ? ""
                    : "no guard is verified here: a frozen agent would need proof of death "
                      "before its groups can be taken over"});
    json["fencing"] = cluster::name_of(tier);
    return json;
}

}  // namespace

Json raft_state_json(const View& view) {
    const auto& raft = view.raft;
    return {{"node", view.self.text},
            {"role", name_of(raft.role)},
            {"term", raft.term.value},
            {"leader", name_or_null(raft.leader)},
            {"vote", name_or_null(raft.vote)},
            {"first_index", raft.first_index.value},
            {"last_index", raft.last_index.value},
            {"last_term", raft.last_term.value},
            {"stable_index", raft.stable_index.value},
            {"commit_index", raft.commit.value},
            {"applied_index", view.applied.value},
            {"snapshot_index", raft.snapshot_index.value},
            {"membership",
             {{"voters", names_of(raft.membership.voters)},
              {"learners", names_of(raft.membership.learners)},
              {"index", raft.membership_index.value},
              {"committed", raft.membership_committed}}},
            {"may_vote", raft.may_vote},
            {"quorum_active", has_quorum(view)},
            {"transfer_to", name_or_null(raft.transfer_to)},
            {"followers", followers_json(view)}};
}

Json raft_health_json(const View& view) {
    Json json = verdict_json(consensus_verdict(view));
    json["node"] = view.self.text;
    json["role"] = name_of(view.raft.role);
    json["leader"] = name_or_null(view.raft.leader);
    json["term"] = view.raft.term.value;
    json["quorum"] = has_quorum(view);
    return json;
}

Json health_json(const View& view) {
    Json json = verdict_json(node_verdict(view));
    json["node"] = view.self.text;
    json["role"] = node_role(view, view.self);
    json["leader"] = name_or_null(view.raft.leader);
    Epoch newest;
    Json groups = Json::array();
    if (view.state) {
        for (const auto& [id, group] : view.state->groups) {
            newest = std::max(newest, group.epoch);
            const auto* own = group.declared.on(view.self);
            const auto role = own == nullptr ? "none" : name_of(look_at(view, group, *own).role);
            groups.push_back({{"name", id.text}, {"epoch", group.epoch.value}, {"role", role}});
        }
    }
    json["epoch"] = newest.value;
    json["groups"] = std::move(groups);
    return json;
}

Json health_detailed_json(const View& view) {
    Json json = health_json(view);
    Json groups = Json::array();
    if (view.state) {
        for (const auto& [id, group] : view.state->groups) {
            groups.push_back(group_component(view, group));
        }
    }
    Json disk = verdict_json(disk_verdict(view));
    disk["fsync_p99_ms"] = view.fsync_p99_milliseconds;
    json["components"] = {{"consensus", verdict_json(consensus_verdict(view))},
                          {"disk", std::move(disk)},
                          {"guard", guard_component(view)},
                          {"groups", std::move(groups)},
                          {"peers", peers_json(view)}};
    json["health_score"] = health_score(view);
    return json;
}

Json ready_json(const View& view) {
    return {{"ready", consensus_verdict(view).fine}, {"role", node_role(view, view.self)}};
}

Json event_json(const NumberedEvent& event) {
    Json fields = Json::object();
    for (const auto& [name, value] : event.event.fields) fields[name] = value;
    return {{"number", event.number},     {"wall_ms", event.wall_milliseconds},
            {"node", event.node.text},    {"severity", name_of(event.event.severity)},
            {"name", event.event.name},   {"sentence", event.event.sentence},
            {"fields", std::move(fields)}};
}

}  // namespace baton::api
