// What members tell each other about their servers, and what they make of one
// another's silence.
#include "runtime/member.hpp"

#include "core/cluster/report_change.hpp"
#include "core/detector/verdict.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace baton::runtime {

namespace {

/// How often a report is repeated when nothing changed.
constexpr Duration report_interval = std::chrono::milliseconds{200};
/// How often all of it is said, for peers that missed a part.
constexpr Duration whole_report_interval = std::chrono::seconds{1};

bool says_more(const cluster::NodeReport& report, const cluster::NodeReport& before) {
    return report.instances != before.instances || report.fronts != before.fronts ||
           report.ages != before.ages || report.applied != before.applied ||
           !cluster::same_node(report, before);
}

}  // namespace

void Member::receive_report(const NodeId& from, cluster::NodeReport report) {
    const Instant now = loop_.now();
    for (const cluster::RenewalAge& age : report.ages) {
        authority_.age_reported(consensus_->state(), from, age, now);
    }
    const auto own = std::ranges::find(report.peers, options_.self, &cluster::PeerView::peer);
    if (own != report.peers.end() && own->missed) say_all();
    const auto earlier = reports_.find(from);
    const cluster::NodeReport before =
        earlier == reports_.end() ? cluster::NodeReport{} : earlier->second;
    cluster::NodeReport known = before;
    if (!cluster::take_in(known, std::move(report))) {
        if (missed_.insert(from).second) report_due_ = true;
        return act_soon();
    }
    missed_.erase(from);
    report_times_[from] = now;
    const bool news = says_more(known, before);
    reports_[from] = std::move(known);
    if (news) act_soon();
}

/// The next report is whole, and soon.
void Member::say_all() {
    rounds_.next_whole_report = Instant::never();
    report_due_ = true;
    act_soon();
}

/// A node that was silent before this agent began is missed in the end, if the
/// agent has heard enough others all the time: the silence is not its own then.
void Member::listen_for_members(Instant now) {
    const std::vector<NodeId> voters = consensus_->status().membership.voters;
    for (const auto& [node, state] : consensus_->state().nodes) {
        const bool joined = state.incarnation.value != 0;
        if (node != options_.self && joined) detector_.expect(node, now);
    }
    const auto heard = std::ranges::count_if(voters, [&](const NodeId& voter) {
        return voter == options_.self ||
               detector_.liveness(voter, now) == cluster::Liveness::alive;
    });
    if (2 * static_cast<std::size_t>(heard) <= voters.size()) detector_.expect_anew(now);
}

void Member::note_liveness(Instant now) {
    if (now >= rounds_.next_roll_call) {
        rounds_.next_roll_call = now + report_interval;
        listen_for_members(now);
    }
    for (const auto& [node, state] : consensus_->state().nodes) {
        if (node == options_.self) continue;
        const cluster::Liveness present = detector_.liveness(node, now);
        cluster::Liveness& known = liveness_[node];
        if (present == known) continue;
        const bool worse = present > known;
        known = present;
        report_due_ = true;
        emit_(Event{
            worse && present >= cluster::Liveness::suspect ? Severity::warning : Severity::info,
            "peer." + std::string(cluster::name_of(present)),
            "node " + node.text + " is " + std::string(cluster::name_of(present)) +
                " as seen from " + options_.self.text,
            {{"peer", node.text},
             {"phi", std::to_string(detector_.phi(node, now))},
             {"silent_ms", std::to_string(whole_milliseconds(detector_.silence(node, now)))}}});
    }
}

void Member::send_report() {
    report_due_ = false;
    const Instant now = loop_.now();
    rounds_.next_report = now + report_interval;
    ++report_sequence_;
    const cluster::NodeReport report = own_report();
    for (const cluster::RenewalAge& age : report.ages) {
        authority_.age_reported(consensus_->state(), options_.self, age, now);
    }
    const bool whole = now >= rounds_.next_whole_report;
    if (whole) rounds_.next_whole_report = now + whole_report_interval;
    const cluster::NodeReport told =
        whole ? report : cluster::change_since(reports_[options_.self], report);
    for (const auto& [node, state] : consensus_->state().nodes) {
        if (node != options_.self) transport_.send(node, Lane::urgent, told);
    }
    reports_[options_.self] = report;
    report_times_[options_.self] = now;
}

/// An agent that returns from the smaller side hears old opinions about the
/// others there; so its own silence must agree with what a majority holds.
void Member::note_incident() {
    std::set<NodeId> silent;
    for (const auto& [node, liveness] : liveness_) {
        if (liveness == cluster::Liveness::failed) silent.insert(node);
    }
    std::set<NodeId> failed = silent;
    if (!failed.empty()) {
        const raft::Membership membership = consensus_->status().membership;
        const auto heard = heard_reports();
        std::erase_if(failed, [&](const NodeId& node) {
            return !membership.is_voter(node) ||
                   !detector::majority_holds_failed(node, membership.voters, heard);
        });
    }
    incidents_.look(failed, silent, loop_.wall_milliseconds());
}

cluster::NodeReport Member::own_report() const {
    const Instant now = loop_.now();
    cluster::NodeReport report;
    report.node = options_.self;
    report.sequence = report_sequence_;
    report.incarnation = recovered_.identity.incarnation;
    report.fencing = fencing_.best(now);
    report.doubts_itself = self_doubt_.doubts(now);
    report.disk_stalled = disk_stalled_;
    report.topology_digest = options_.topology_digest;
    report.applied = consensus_->applied();
    report.instances = instances_;
    report.ages = authority_.ages(consensus_->state(), consensus_->status().stable_index, now);
    report.peers = peers(now);
    report.fronts = fronts_;
    return report;
}

/// A failed node's last words are not a report about the present.
std::map<NodeId, cluster::NodeReport> Member::heard_reports() const {
    std::map<NodeId, cluster::NodeReport> heard;
    const Instant now = loop_.now();
    for (const auto& [node, report] : reports_) {
        const bool own = node == options_.self;
        if (own || detector_.liveness(node, now) != cluster::Liveness::failed) {
            heard.emplace(node, report);
        }
    }
    if (heard.contains(options_.self)) heard[options_.self] = own_report();
    return heard;
}

failover::Hearings Member::hearings() const {
    failover::Hearings hearings;
    const Instant now = loop_.now();
    for (const auto& [node, arrived] : report_times_) {
        if (node == options_.self) continue;
        hearings[node] = {detector_.liveness(node, now), now - arrived};
    }
    return hearings;
}

}  // namespace baton::runtime
