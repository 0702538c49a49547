#include "cli/doctor.hpp"

#include "core/cluster/reference.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <set>

namespace baton::cli {
namespace {

/// Clocks that are kept in step differ by less; more makes histories hard to read.
constexpr std::int64_t clock_difference_max_milliseconds = 500;
constexpr double fsync_slow_milliseconds =
    50;  ///< A third of the shortest default election timeout.

void file_valid(const Patient& patient, std::vector<Finding>& findings) {
    Finding found{.id = "BTN-D001", .title = "the cluster file is valid"};
    found.why = "an agent that restarts would refuse it";
    found.fix = "baton config check FILE";
    if (patient.file) {
        found.evidence = patient.file->path + " digest " + patient.file->digest;
        if (!patient.file->warnings.empty()) {
            found.severity = Severity::warning;
            found.evidence = joined(patient.file->warnings, "; ");
            found.why = "the file works, but not as well as it could";
        }
    } else {
        found.evidence = patient.file_problem;
        const bool named = patient.file_problem.find("no cluster file") == std::string::npos;
        found.severity = named ? Severity::error : Severity::skipped;
    }
    findings.push_back(std::move(found));
}

void agents_reachable(const Patient& patient, std::vector<Finding>& findings) {
    Finding found{.id = "BTN-D002", .title = "the API of every agent answers"};
    found.why = "a node without its agent keeps no lease and cannot take over";
    found.fix = "on that node: systemctl status baton, or start baton agent";
    std::vector<std::string> silent;
    for (const auto& node : patient.nodes) {
        if (!node.problem.empty()) {
            silent.push_back(node.agent.name + " (" + endpoint_text(node.agent.api) +
                             "): " + node.problem);
        }
    }
    found.evidence = std::to_string(patient.nodes.size()) + " asked";
    if (patient.nodes.empty()) {
        found.severity = Severity::error;
        found.evidence = patient.cluster_problem;
        found.fix = "name the cluster with --config, --dir or --api";
    } else if (!silent.empty()) {
        found.severity = Severity::error;
        found.evidence = joined(silent, "; ");
    }
    findings.push_back(std::move(found));
}

Finding skipped(Finding found, const std::string& why) {
    found.severity = Severity::skipped;
    found.evidence = why;
    return found;
}

void quorum(const Patient& patient, std::vector<Finding>& findings) {
    Finding has{.id = "BTN-D003", .title = "a majority of voters is connected"};
    Finding leads{.id = "BTN-D004", .title = "the agents have a leader"};
    if (patient.cluster.is_null()) {
        findings.push_back(skipped(std::move(has), "no agent answers"));
        findings.push_back(skipped(std::move(leads), "no agent answers"));
        return;
    }
    has.evidence = "as " + text_of(patient.cluster, "node") + " sees it";
    has.why = "without it nothing is decided, and primaries close when their leases end";
    has.fix = "baton raft quorum-status shows each node's view; restore nodes or network";
    if (!flag_of(patient.cluster, "quorum")) has.severity = Severity::error;
    const std::string leader = text_of(patient.cluster, "leader");
    leads.evidence =
        leader.empty() ? "nobody leads" : leader + ", term " + cell(patient.cluster, "term");
    leads.why = "only a leader decides";
    leads.fix = has.fix;
    if (leader.empty()) leads.severity = Severity::error;
    findings.push_back(std::move(has));
    findings.push_back(std::move(leads));
}

void files_agree(const Patient& patient, std::vector<Finding>& findings) {
    Finding found{.id = "BTN-D006", .title = "every node has the same cluster file"};
    found.why = "a restart would make nodes disagree about ports, paths or tuning";
    found.fix = "copy one file to every node and restart the agents one after the other";
    std::set<std::string> digests;
    std::vector<std::string> seen;
    for (const Json& node : field(patient.cluster, "nodes")) {
        const std::string digest = text_of(node, "topology_digest");
        if (digest.empty()) continue;
        digests.insert(digest);
        seen.push_back(text_of(node, "name") + " " + digest);
    }
    if (patient.file && !digests.empty()) {
        digests.insert(patient.file->digest);
        seen.push_back("this file " + patient.file->digest);
    }
    if (digests.empty()) {
        findings.push_back(skipped(std::move(found), "no node told its digest"));
        return;
    }
    found.evidence = joined(seen);
    if (digests.size() > 1) found.severity = Severity::error;
    findings.push_back(std::move(found));
}

void fencing(const Patient& patient, std::vector<Finding>& findings) {
    Finding found{.id = "BTN-D007", .title = "every node can close its primaries by itself"};
    if (patient.cluster.is_null()) {
        findings.push_back(skipped(std::move(found), "no agent answers"));
        return;
    }
    found.why = "a frozen agent's groups are taken over only after proof of death or an order";
    found.fix = "run the agent under its guard (baton agent does), and see its log for why not";
    const std::string guarded{name_of(cluster::FencingTier::guard)};
    const std::string kernel{name_of(cluster::FencingTier::kernel)};
    std::vector<std::string> weak;
    for (const Json& node : field(patient.cluster, "nodes")) {
        const std::string tier = cell(node, "fencing");
        if (tier == guarded || tier == kernel) continue;
        weak.push_back(text_of(node, "name") + " has tier " + tier);
    }
    found.evidence = weak.empty() ? "tier " + guarded + " or better on every node" : joined(weak);
    if (!weak.empty()) found.severity = Severity::warning;
    findings.push_back(std::move(found));
}

void disks(const Patient& patient, std::vector<Finding>& findings) {
    Finding found{.id = "BTN-D008", .title = "disks confirm writes quickly"};
    found.why = "every decision waits for an fsync on a majority; slow ones cost elections";
    found.fix = "give the agent's data directory a disk of its own, or one that is less busy";
    std::vector<std::string> all;
    bool slow = false;
    for (const auto& node : patient.nodes) {
        const Json& p99 = field(field(field(node.detailed, "components"), "disk"), "fsync_p99_ms");
        if (!p99.is_number()) continue;
        slow = slow || p99.get<double>() > fsync_slow_milliseconds;
        all.push_back(node.agent.name + " " + p99.dump() + " ms");
    }
    if (all.empty()) {
        findings.push_back(skipped(std::move(found), "no node told its fsync times"));
        return;
    }
    found.evidence = "p99 " + joined(all);
    if (slow) found.severity = Severity::warning;
    findings.push_back(std::move(found));
}

void groups_steady(const Patient& patient, std::vector<Finding>& findings) {
    Finding found{.id = "BTN-D009", .title = "every group is steady and not paused"};
    if (patient.cluster.is_null()) {
        findings.push_back(skipped(std::move(found), "no agent answers"));
        return;
    }
    found.why = "a group that is not steady has no full set of standbys, or a front that lags";
    found.fix = "baton why GROUP; baton group resume GROUP";
    std::vector<std::string> odd;
    for (const Json& group : field(patient.cluster, "groups")) {
        const std::string name = text_of(group, "name");
        if (text_of(group, "phase") != "steady")
            odd.push_back(name + " is " + cell(group, "phase"));
        if (flag_of(group, "paused")) odd.push_back(name + " is paused");
    }
    found.evidence = odd.empty()
                         ? std::to_string(field(patient.cluster, "groups").size()) + " groups"
                         : joined(odd);
    if (!odd.empty()) found.severity = Severity::warning;
    findings.push_back(std::move(found));
}

void tolerance(const Patient& patient, std::vector<Finding>& findings) {
    Finding found{.id = "BTN-D010", .title = "the cluster survives the loss of one node"};
    if (patient.cluster.is_null()) {
        findings.push_back(skipped(std::move(found), "no agent answers"));
        return;
    }
    std::size_t voters = 0;
    std::size_t alive = 0;
    for (const Json& node : field(patient.cluster, "nodes")) {
        if (!flag_of(node, "voter")) continue;
        ++voters;
        const std::string health = text_of(node, "health");
        alive += health == "healthy" || health == "degraded" ? 1U : 0U;
    }
    found.evidence = std::to_string(alive) + " of " + std::to_string(voters) + " voters are alive";
    found.why = "one more loss would leave no majority";
    found.fix = "bring the missing nodes back; use three or five voters";
    if (alive < voters / 2 + 2) found.severity = Severity::warning;
    findings.push_back(std::move(found));
}

std::string gap_text(const Patient::Node& one, const Patient::Node& other, std::int64_t gap) {
    return one.agent.name + " and " + other.agent.name + " differ by " + std::to_string(gap) +
           " ms (bound " + std::to_string(clock_difference_max_milliseconds) +
           " ms, measured to within " +
           std::to_string(one.clock->doubt_milliseconds + other.clock->doubt_milliseconds) + " ms)";
}

/// Every pair that differs by more than the bound; fine: the widest pair.
void clocks(const Patient& patient, std::vector<Finding>& findings) {
    Finding found{.id = "BTN-D005", .title = "the clocks of the nodes agree"};
    found.why =
        "leases do not compare clocks, but events and decisions of different nodes, and "
        "the expiry of keys, are read by them";
    found.fix = "on both nodes: timedatectl status; install and start chrony or systemd-timesyncd";
    std::vector<std::string> wrong;
    std::string widest;
    std::int64_t most = -1;
    for (auto one = patient.nodes.begin(); one != patient.nodes.end(); ++one) {
        for (auto other = std::next(one); one->clock && other != patient.nodes.end(); ++other) {
            if (!other->clock) continue;
            const std::int64_t gap =
                std::abs(one->clock->ahead_milliseconds - other->clock->ahead_milliseconds);
            const std::int64_t doubt =
                one->clock->doubt_milliseconds + other->clock->doubt_milliseconds;
            const std::string text = gap_text(*one, *other, gap);
            if (gap > most) widest = text;
            most = std::max(most, gap);
            if (gap - doubt > clock_difference_max_milliseconds) wrong.push_back(text);
        }
    }
    if (widest.empty()) {
        findings.push_back(skipped(std::move(found), "fewer than two nodes told their clock"));
        return;
    }
    found.evidence = wrong.empty() ? widest : joined(wrong, "; ");
    if (!wrong.empty()) found.severity = Severity::warning;
    findings.push_back(std::move(found));
}

void fronts(const Patient& patient, std::vector<Finding>& findings) {
    Finding found{.id = "BTN-D015", .title = "the front of every node serves the present primary"};
    found.why = "clients of a front that is behind reach no server, or only one that refuses them";
    found.fix =
        "on that node: see front.log and front.cfg in the agent's data directory, and "
        "baton events for front.failed";
    std::vector<std::string> behind;
    std::size_t known = 0;
    for (const Json& node : field(patient.cluster, "nodes")) {
        if (!field(node, "fronts_current").is_boolean()) continue;
        ++known;
        if (!flag_of(node, "fronts_current")) behind.push_back(text_of(node, "name"));
    }
    if (known == 0) {
        findings.push_back(skipped(std::move(found), "no node told of a front"));
        return;
    }
    found.evidence =
        behind.empty() ? std::to_string(known) + " fronts" : "behind on " + joined(behind);
    if (!behind.empty()) found.severity = Severity::error;
    findings.push_back(std::move(found));
}

bool loopback(const std::string& host) {
    return host == "localhost" || host == "::1" || host.starts_with("127.");
}

void encrypted(const Patient& patient, std::vector<Finding>& findings) {
    Finding found{.id = "BTN-D016", .title = "agents prove who they are and encrypt"};
    if (!patient.file) {
        findings.push_back(skipped(std::move(found), "no cluster file"));
        return;
    }
    found.why = "whoever reaches the peer ports can pass for a node, and tokens can be read";
    found.fix = "baton tls init and baton tls issue, then name the files under tls in the file";
    std::vector<std::string> exposed;
    for (const auto& node : patient.file->topology.nodes) {
        if (!loopback(node.peer.host)) exposed.push_back(node.peer.host);
    }
    if (patient.file->tls.enabled()) {
        found.evidence = "TLS with certificates of " + patient.file->tls.ca_file;
    } else if (exposed.empty()) {
        found.evidence = "no TLS, but every node is on this machine";
    } else {
        found.severity = Severity::warning;
        found.evidence = "no TLS between " + joined(exposed);
    }
    findings.push_back(std::move(found));
}

}  // namespace

void check_cluster(const Patient& patient, std::vector<Finding>& findings) {
    file_valid(patient, findings);
    agents_reachable(patient, findings);
    quorum(patient, findings);
    clocks(patient, findings);
    files_agree(patient, findings);
    fencing(patient, findings);
    disks(patient, findings);
    groups_steady(patient, findings);
    tolerance(patient, findings);
    fronts(patient, findings);
    encrypted(patient, findings);
}

}  // namespace baton::cli
