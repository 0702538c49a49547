#include "api/metrics.hpp"

#include "api/health.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <cmath>
#include <ctime>
#include <filesystem>
#include <fstream>

namespace baton::api {

namespace {

using Samples = std::vector<Sample>;
using Process = ProcessStatistics;

double number(std::uint64_t value) {
    return static_cast<double>(value);
}
double flag(bool value) {
    return value ? 1 : 0;
}
double seconds(Duration duration) {
    return std::chrono::duration<double>(duration).count();
}
Samples one(double value) {
    return {Sample{{}, value}};
}

template <typename Visit>
Samples per_group(const View& view, Visit visit) {
    Samples samples;
    if (!view.state) return samples;
    for (const auto& [id, group] : view.state->groups) visit(samples, id.text, group);
    return samples;
}

template <typename Visit>
Samples per_instance(const View& view, Visit visit) {
    return per_group(view, [&](Samples& samples, const std::string& name, const auto& group) {
        for (const auto& instance : group.declared.instances) {
            visit(samples, name, group, look_at(view, group, instance));
        }
    });
}

Samples group_phase(const View& view, const Process& /*process*/) {
    using cluster::Phase;
    return per_group(view, [](Samples& samples, const std::string& name, const auto& group) {
        for (const Phase phase : {Phase::vacant, Phase::fencing, Phase::promoting, Phase::repairing,
                                  Phase::steady, Phase::handing_over}) {
            samples.push_back({{{"group", name}, {"phase", std::string{name_of(phase)}}},
                               flag(group.phase == phase)});
        }
    });
}

Samples instance_role(const View& view, const Process& /*process*/) {
    return per_instance(view, [](Samples& samples, const std::string& name, const auto& /*group*/,
                                 const InstanceView& look) {
        for (const InstanceRole role : {InstanceRole::primary, InstanceRole::standby,
                                        InstanceRole::unknown, InstanceRole::down}) {
            samples.push_back({{{"group", name},
                                {"instance", look.declared->id.text},
                                {"role", std::string{name_of(role)}}},
                               flag(look.role == role)});
        }
    });
}

Samples instance_lag(const View& view, const Process& /*process*/) {
    return per_instance(view, [](Samples& samples, const std::string& name, const auto& /*group*/,
                                 const InstanceView& look) {
        if (!look.lag_bytes) return;
        samples.push_back(
            {{{"group", name}, {"instance", look.declared->id.text}}, number(*look.lag_bytes)});
    });
}

Samples instance_healthy(const View& view, const Process& /*process*/) {
    return per_instance(view, [](Samples& samples, const std::string& name, const auto& /*group*/,
                                 const InstanceView& look) {
        samples.push_back({{{"group", name}, {"instance", look.declared->id.text}},
                           flag(look.health == Health::healthy)});
    });
}

template <std::uint64_t cluster::InstanceReport::* field>
Samples told(const View& view, const Process& /*process*/) {
    return per_instance(view, [](Samples& samples, const std::string& name, const auto& /*group*/,
                                 const InstanceView& look) {
        if (look.report == nullptr) return;
        samples.push_back({{{"group", name}, {"instance", look.declared->id.text}},
                           number(look.report->*field)});
    });
}

Samples group_epoch(const View& view, const Process& /*process*/) {
    return per_group(view, [](Samples& samples, const std::string& name, const auto& group) {
        samples.push_back({{{"group", name}}, number(group.epoch.value)});
    });
}

Samples group_paused(const View& view, const Process& /*process*/) {
    return per_group(view, [](Samples& samples, const std::string& name, const auto& group) {
        samples.push_back({{{"group", name}}, flag(group.paused)});
    });
}

Samples group_primary(const View& view, const Process& /*process*/) {
    return per_group(view, [&](Samples& samples, const std::string& name, const auto& group) {
        samples.push_back({{{"group", name}}, flag(serves_as_primary(view, group))});
    });
}

/// Of the last change of primary; absent before the first, and what nobody heard.
template <typename Read>
Samples last_loss(const View& view, Read read) {
    return per_group(view, [&](Samples& samples, const std::string& name, const auto& group) {
        if (group.loss.epoch.value == 0) return;
        const bool kept = group.loss.promise != cluster::Promise::none;
        const std::optional<double> value = kept ? 0 : read(group.loss);
        if (value) samples.push_back({{{"group", name}}, *value});
    });
}

Samples lost_bytes(const View& view, const Process& /*process*/) {
    return last_loss(view, [](const cluster::Loss& loss) -> std::optional<double> {
        if (!loss.heard) return std::nullopt;
        return number(loss.bytes_known());
    });
}

Samples lost_bytes_likely(const View& view, const Process& /*process*/) {
    return last_loss(view, [](const cluster::Loss& loss) -> std::optional<double> {
        if (!loss.heard) return std::nullopt;
        return number(loss.bytes_likely());
    });
}

Samples lost_window_seconds(const View& view, const Process& /*process*/) {
    return last_loss(view, [](const cluster::Loss& loss) -> std::optional<double> {
        if (!loss.window) return std::nullopt;
        return seconds(*loss.window);
    });
}

Samples quarantined(const View& view, const Process& /*process*/) {
    return per_instance(view, [](Samples& samples, const std::string& name, const auto& /*group*/,
                                 const InstanceView& look) {
        if (look.report == nullptr) return;
        samples.push_back({{{"group", name}, {"instance", look.declared->id.text}},
                           number(look.report->quarantine.size())});
    });
}

Samples lease_remaining_seconds(const View& view, const Process& /*process*/) {
    Samples samples;
    for (const auto& [pair, end] : view.lease_ends) {
        samples.push_back(
            {{{"group", pair.group.text}, {"epoch", std::to_string(pair.epoch.value)}},
             std::max(0.0, seconds(end - view.now))});
    }
    return samples;
}

Samples round_trip_seconds(const View& view, const Process& /*process*/) {
    Samples samples;
    for (const auto& [peer, took] : view.round_trips) {
        samples.push_back({{{"peer", peer.text}}, seconds(took)});
    }
    return samples;
}

Samples phi(const View& view, const Process& /*process*/) {
    Samples samples;
    for (const auto& peer : view.peers) {
        samples.push_back({{{"peer", peer.peer.text}}, node_phi(view, peer.peer)});
    }
    return samples;
}

Samples peer_connected(const View& view, const Process& /*process*/) {
    Samples samples;
    for (const auto& peer : view.peers) {
        samples.push_back({{{"peer", peer.peer.text}}, flag(peer.connected)});
    }
    return samples;
}

Samples of_each_tier(const View& view, double (*read)(const lease::Tier&)) {
    Samples samples;
    for (const lease::Tier& each : view.tiers) {
        samples.push_back({{{"tier", std::string(cluster::name_of(each.tier))}}, read(each)});
    }
    return samples;
}

constexpr auto gauge = MetricKind::gauge;
constexpr auto counter = MetricKind::counter;

constexpr Metric table[] = {
    {"baton_up", gauge, "", "1 while the agent runs.",
     [](const View&, const Process&) { return one(1); }},
    {"baton_healthy", gauge, "", "1 when GET /health answers 200 on this node.",
     [](const View& view, const Process&) { return one(flag(node_verdict(view).fine)); }},
    {"baton_health_score", gauge, "",
     "0 to 100 as seen from this node: 30 for a quorum, 25 if no node is missing, 20 by the share "
     "of nodes alive, 25 by the healthy share of each group, halved while it is not steady.",
     [](const View& view, const Process&) { return one(health_score(view)); }},
    {"baton_phi_accrual", gauge, "peer",
     "Suspicion of a peer, -log10 of the chance that it is only late; suspect from 8, failed from "
     "16 by default.",
     phi},
    {"baton_peer_round_trip_seconds", gauge, "peer",
     "How long the peer took to renew this node's leases; while it does not answer, the time "
     "waited so far. Absent where no lease is held.",
     round_trip_seconds},
    {"baton_peer_connected", gauge, "peer", "1 while the urgent connection to the peer is up.",
     peer_connected},
    {"baton_raft_term", gauge, "", "Present term of consensus.",
     [](const View& view, const Process&) { return one(number(view.raft.term.value)); }},
    {"baton_raft_commit_index", gauge, "", "Highest log entry known to be committed.",
     [](const View& view, const Process&) { return one(number(view.raft.commit.value)); }},
    {"baton_raft_applied_index", gauge, "", "Highest log entry applied to the state.",
     [](const View& view, const Process&) { return one(number(view.applied.value)); }},
    {"baton_raft_last_index", gauge, "", "Last entry of the log.",
     [](const View& view, const Process&) { return one(number(view.raft.last_index.value)); }},
    {"baton_raft_snapshot_index", gauge, "", "Last entry covered by the snapshot.",
     [](const View& view, const Process&) { return one(number(view.raft.snapshot_index.value)); }},
    {"baton_raft_is_leader", gauge, "", "1 on the node that leads consensus.",
     [](const View& view, const Process&) {
         return one(flag(view.raft.role == raft::Role::leader));
     }},
    {"baton_raft_has_quorum", gauge, "",
     "1 while a leader is known and, on the leader, a majority answers.",
     [](const View& view, const Process&) { return one(flag(has_quorum(view))); }},
    {"baton_raft_elections_started_total", counter, "", "Elections this agent started.",
     [](const View& view, const Process&) { return one(number(view.elections_started)); }},
    {"baton_raft_leader_changes_total", counter, "", "Changes of leader this agent saw.",
     [](const View& view, const Process&) { return one(number(view.leader_changes)); }},
    {"baton_raft_snapshots_refused_total", counter, "",
     "Incoming snapshots refused because they exceed the bound.",
     [](const View& view, const Process&) { return one(number(view.raft.snapshots_refused)); }},
    {"baton_heartbeats_sent_total", counter, "", "Heartbeats sent to peers.",
     [](const View& view, const Process&) { return one(number(view.heartbeats_sent)); }},
    {"baton_frames_refused_total", counter, "",
     "Frames and connections of peers refused: wrong cluster, incarnation, certificate, sender, "
     "size or checksum, or handshakes that failed.",
     [](const View& view, const Process&) { return one(number(view.frames_refused)); }},
    {"baton_api_connections_refused_total", counter, "",
     "Connections to the API that did not get through the TLS handshake, were displaced or came "
     "too often since start.",
     [](const View& view, const Process&) { return one(number(view.api_connections_refused)); }},
    {"baton_api_requests_refused_total", counter, "",
     "Requests refused for want of a token, of its role, or from a foreign web page since start.",
     [](const View& view, const Process&) { return one(number(view.api_requests_refused)); }},
    {"baton_tls_certificate_expires_seconds", gauge, "",
     "End of this node's certificate in seconds since 1970; absent without TLS.",
     [](const View& view, const Process&) {
         return view.certificate_ends ? one(static_cast<double>(*view.certificate_ends))
                                      : Samples{};
     }},
    {"baton_lease_remaining_seconds", gauge, "group, epoch",
     "What is left of the leases this node holds; renewed several times per lease.",
     lease_remaining_seconds},
    {"baton_fencing_verified", gauge, "tier",
     "1 while this tier of the fencing ladder is verified on this node; time alone permits a "
     "takeover from it only with tier 0g or 1.",
     [](const View& view, const Process&) {
         return of_each_tier(view, [](const lease::Tier& tier) {
             return flag(tier.state == lease::TierState::verified);
         });
     }},
    {"baton_fencing_late_max_seconds", gauge, "tier",
     "By how much the tier was late, at the most, when it was measured lately.",
     [](const View& view, const Process&) {
         return of_each_tier(view, [](const lease::Tier& tier) { return seconds(tier.late.max); });
     }},
    {"baton_fencing_late_p99_seconds", gauge, "tier", "The same for one measurement in a hundred.",
     [](const View& view, const Process&) {
         return of_each_tier(view, [](const lease::Tier& tier) { return seconds(tier.late.p99); });
     }},
    {"baton_fencing_kernel_renewals_total", counter, "",
     "Transactions by which the kernel was told of leases; absent leases cost none.",
     [](const View& view, const Process&) { return one(number(view.kernel_lease.renewals)); }},
    {"baton_fencing_kernel_overruns_total", counter, "",
     "Those among them that came back too late, and were repeated.",
     [](const View& view, const Process&) { return one(number(view.kernel_lease.overruns)); }},
    {"baton_fencing_kernel_call_max_seconds", gauge, "",
     "The longest of them since the agent started.",
     [](const View& view, const Process&) { return one(seconds(view.kernel_lease.renewal_max)); }},
    {"baton_group_epoch", gauge, "group", "Number of the last appointment of a primary.",
     group_epoch},
    {"baton_group_phase", gauge, "group, phase", "1 for the phase the group is in, else 0.",
     group_phase},
    {"baton_failover_lost_bytes", gauge, "group",
     "Bytes that the last change of primary is known to have lost; 0 where every promised write is "
     "held.",
     lost_bytes},
    {"baton_failover_lost_bytes_likely", gauge, "group",
     "The same with what the old primary probably wrote after it was last heard.",
     lost_bytes_likely},
    {"baton_failover_lost_window_seconds", gauge, "group",
     "No older write than this was lost by the last change of primary; absent where no bound is "
     "known.",
     lost_window_seconds},
    {"baton_instance_quarantined", gauge, "group, instance",
     "Directories on the instance's node that hold what it had and its group did not.",
     quarantined},
    {"baton_group_paused", gauge, "group", "1 while automatic failover is paused.", group_paused},
    {"baton_group_primary_here", gauge, "group",
     "1 when this node's instance acts as primary now; over all nodes never more than 1.",
     group_primary},
    {"baton_instance_role", gauge, "group, instance, role",
     "1 for the role the instance has as reported to this node, else 0.", instance_role},
    {"baton_instance_healthy", gauge, "group, instance", "1 when the instance does its work.",
     instance_healthy},
    {"baton_instance_lag_bytes", gauge, "group, instance",
     "Bytes of the primary's history the instance lacks; absent when they cannot be compared.",
     instance_lag},
    {"baton_instance_full_syncs_total", counter, "group, instance",
     "Full copies the server gave since it started.", told<&cluster::InstanceReport::full_syncs>},
    {"baton_instance_unappointed_total", counter, "group, instance",
     "Times the instance was found writable although nobody had appointed it; alert on any.",
     told<&cluster::InstanceReport::unappointed>},
    {"baton_fsync_p99_seconds", gauge, "", "99th percentile of the time to make a write durable.",
     [](const View& view, const Process&) { return one(view.fsync_p99_milliseconds / 1000); }},
    {"baton_uptime_seconds", gauge, "", "Time since the agent started.",
     [](const View& view, const Process&) { return one(seconds(view.now - view.started)); }},
    {"process_resident_memory_bytes", gauge, "", "Resident memory of the agent.",
     [](const View&, const Process& process) { return one(number(process.resident_bytes)); }},
    {"process_cpu_seconds_total", counter, "", "Processor time the agent has used.",
     [](const View&, const Process& process) { return one(process.cpu_seconds); }},
    {"process_open_fds", gauge, "", "Open file descriptors of the agent.",
     [](const View&, const Process& process) { return one(number(process.open_descriptors)); }},
};

std::string escaped(std::string_view text) {
    std::string out;
    for (const char letter : text) {
        if (letter == '\\' || letter == '"') out += '\\';
        if (letter == '\n') {
            out += "\\n";
        } else {
            out += letter;
        }
    }
    return out;
}

void append_sample(std::string& out, std::string_view name, const Sample& sample) {
    out += name;
    char separator = '{';
    for (const auto& [label, value] : sample.labels) {
        out += fmt::format("{}{}=\"{}\"", separator, label, escaped(value));
        separator = ',';
    }
    if (!sample.labels.empty()) out += '}';
    out += fmt::format(" {}\n", std::isfinite(sample.value) ? sample.value : 0);
}

}  // namespace

ProcessStatistics read_process_statistics() {
    ProcessStatistics result;
    std::uint64_t total_pages = 0;
    std::uint64_t resident_pages = 0;
    std::ifstream("/proc/self/statm") >> total_pages >> resident_pages;
    result.resident_bytes = resident_pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    std::clock_t ticks = std::clock();
    result.cpu_seconds = static_cast<double>(ticks) / CLOCKS_PER_SEC;
    std::error_code error;
    for (std::filesystem::directory_iterator entry("/proc/self/fd", error), end;
         !error && entry != end; entry.increment(error)) {
        ++result.open_descriptors;
    }
    return result;
}

std::span<const Metric> metric_table() {
    return table;
}

std::string metrics_text(const View& view, const ProcessStatistics& process) {
    std::string out;
    for (const Metric& metric : table) {
        const auto samples = metric.read(view, process);
        out += fmt::format("# HELP {} {}\n# TYPE {} {}\n", metric.name, metric.help, metric.name,
                           metric.kind == gauge ? "gauge" : "counter");
        for (const Sample& sample : samples) append_sample(out, metric.name, sample);
    }
    return out;
}

}  // namespace baton::api
