#include "core/cluster/difference.hpp"

#include <algorithm>
#include <utility>

namespace baton::cluster {

namespace {

constexpr const char* through_scale = "; membership changes go through `baton cluster scale`";
constexpr const char* in_office =
    " is the primary of its group and cannot be removed or changed; switch over first";
constexpr const char* perhaps_the_only_holder =
    " may be the only one that holds a confirmed write; set durability to async, change the "
    "instance, and set durability to replicated again";
constexpr const char* needs_new_servers =
    "every server of the group would have to be restarted with it at the same moment, the primary "
    "too; declare a new group with it and move the data";

std::string text_of(const std::string& value) { return value.empty() ? "none" : value; }
std::string text_of(std::uint64_t value) { return value == 0 ? "none" : std::to_string(value); }
std::string text_of(const Endpoint& value) { return value.host + ":" + std::to_string(value.port); }
std::string text_of(Duration value) { return std::to_string(whole_milliseconds(value)) + " ms"; }
std::string text_of(const std::vector<std::string>& values) {
    std::string all;
    for (const std::string& value : values) all += (all.empty() ? "" : " ") + value;
    return text_of(all);
}
std::string text_of(const std::vector<NodeId>& nodes) {
    std::string all;
    for (const NodeId& node : nodes) all += (all.empty() ? "" : ", ") + node.text;
    return all.empty() ? "every node" : all;
}
std::string text_of(const ServerTls& tls) {
    return tls.enabled ? "on (" + tls.cert_file + ", " + tls.key_file + ", " + tls.ca_file + ")"
                       : "off";
}
std::string text_of(const Instance& instance) {
    return instance.id.text + " on node " + instance.node.text + " at " +
           text_of(instance.endpoint);
}

/// Collects the differences of one thing under its name.
class Differ {
public:
    Differ(std::vector<Change>& into, std::string subject)
        : into_(into), subject_(std::move(subject)) {}

    void say(const std::string& what, std::string refused = "") {
        into_.push_back({subject_ + ": " + what, std::move(refused)});
    }
    template <typename Value>
    bool compare(const char* key, const Value& old, const Value& fresh, std::string refused = "",
                 const char* note = "") {
        if (old == fresh) return false;
        say(std::string(key) + " " + text_of(old) + " -> " + text_of(fresh) + note,
            std::move(refused));
        return true;
    }

private:
    std::vector<Change>& into_;
    std::string subject_;
};

void compare_node(std::vector<Change>& changes, const Node& old, const Node& fresh) {
    constexpr const char* note = " (agents use it once each was restarted with the new file)";
    Differ differ(changes, "node " + old.id.text);
    if (old.voter != fresh.voter) {
        differ.say(fresh.voter ? "gets a vote" : "loses its vote",
                   "node '" + old.id.text + "' would change its vote; remove it and add it again" +
                       through_scale);
    }
    differ.compare("peer address", old.peer, fresh.peer, "", note);
    differ.compare("API address", old.api, fresh.api, "", note);
}

/// Why this server must stay as and where it is; empty if it need not.
std::string why_bound(const GroupState& group, const Instance& instance) {
    const std::string name = "instance '" + instance.id.text + "'";
    if (group.primary == instance.id || group.successor == instance.id) return name + in_office;
    const bool holds = group.declared.durability == Durability::replicated && group.epoch.value > 0;
    return holds ? name + perhaps_the_only_holder : "";
}

/// The server keeps its data only where it is: anything else than its priority
/// takes a restart, which a primary is spared.
void compare_instance(std::vector<Change>& changes, const GroupState& group, const Instance& old,
                      const Instance& fresh) {
    constexpr const char* note = " (its server is restarted)";
    const std::string refused = why_bound(group, old);
    Differ differ(changes, "group " + group.declared.id.text + ", instance " + old.id.text);
    differ.compare("node", old.node.text, fresh.node.text, refused, note);
    differ.compare("address", old.endpoint, fresh.endpoint, refused, note);
    differ.compare("data directory", old.data, fresh.data, refused, note);
    differ.compare("run_as", old.run_as, fresh.run_as, refused, note);
    differ.compare("priority", std::uint64_t{old.priority}, std::uint64_t{fresh.priority});
    if (old.serves_reads != fresh.serves_reads) {
        differ.say(fresh.serves_reads ? "serves reads" : "serves no reads (noloadbalance)");
    }
}

void compare_instances(std::vector<Change>& changes, const GroupState& group, const Group& fresh) {
    Differ differ(changes, "group " + group.declared.id.text);
    for (const Instance& old : group.declared.instances) {
        const Instance* kept = fresh.find(old.id);
        if (kept != nullptr) {
            compare_instance(changes, group, old, *kept);
            continue;
        }
        differ.say("instance " + text_of(old) + " removed; its server is stopped, its data stays",
                   why_bound(group, old));
    }
    for (const Instance& added : fresh.instances) {
        if (group.declared.find(added.id) == nullptr) {
            differ.say("instance " + text_of(added) + " added");
        }
    }
}

void compare_group(std::vector<Change>& changes, const GroupState& group, const Group& fresh) {
    constexpr const char* later = " (each server uses it from its next start)";
    const Group& old = group.declared;
    const std::string kept = group.epoch.value > 0 ? needs_new_servers : "";
    Differ differ(changes, "group " + old.id.text);
    differ.compare("kind", std::string(name_of(old.kind)), std::string(name_of(fresh.kind)), kept);
    differ.compare("durability", std::string(name_of(old.durability)),
                   std::string(name_of(fresh.durability)));
    differ.compare("acknowledgements", std::uint64_t{old.acknowledgements},
                   std::uint64_t{fresh.acknowledgements});
    compare_instances(changes, group, fresh);
    differ.compare("write port", std::uint64_t{old.write_port}, std::uint64_t{fresh.write_port});
    differ.compare("read port", std::uint64_t{old.read_port}, std::uint64_t{fresh.read_port});
    differ.compare("front on", old.front_nodes, fresh.front_nodes);
    differ.compare("server binary", old.server_binary, fresh.server_binary, "", later);
    differ.compare("server arguments", old.server_arguments, fresh.server_arguments, "", later);
    differ.compare("password file", old.password_file, fresh.password_file, kept);
    if (old.tls != fresh.tls) differ.compare("TLS", old.tls, fresh.tls, kept);
    differ.compare("frozen_after", old.frozen_after, fresh.frozen_after);
    differ.compare("busy_after", old.busy_after, fresh.busy_after);
    differ.compare("switchover_timeout", old.switchover_timeout, fresh.switchover_timeout);
    differ.compare("failover_block", old.failover_block, fresh.failover_block);
    differ.compare("quarantine keep", std::uint64_t{old.quarantine.keep},
                   std::uint64_t{fresh.quarantine.keep});
    differ.compare("quarantine bytes", old.quarantine.bytes, fresh.quarantine.bytes);
    differ.compare("hook on_role_change", old.hooks.on_role_change, fresh.hooks.on_role_change);
    differ.compare("hook timeout", old.hooks.timeout, fresh.hooks.timeout);
}

void compare_nodes(std::vector<Change>& changes, const State& state, const Topology& wanted) {
    for (const auto& [id, node] : state.nodes) {
        const Node* fresh = wanted.find(id);
        if (fresh != nullptr) {
            compare_node(changes, node.declared, *fresh);
            continue;
        }
        changes.push_back({"node " + id.text + ": removed", "node '" + id.text + "' would leave" +
                                                                through_scale + " --remove-node"});
    }
    for (const Node& node : wanted.nodes) {
        if (state.nodes.contains(node.id)) continue;
        changes.push_back(
            {"node " + node.id.text + ": added",
             "the file adds node '" + node.id.text + "'" + through_scale + " --add-nodes"});
    }
}

void compare_groups(std::vector<Change>& changes, const State& state, const Topology& wanted) {
    for (const auto& [id, group] : state.groups) {
        const Group* fresh = wanted.find(id);
        if (fresh != nullptr) {
            compare_group(changes, group, *fresh);
            continue;
        }
        // Its epochs must never be used twice, and they are kept with it.
        const bool served = group.epoch.value > 0;
        changes.push_back(
            {"group " + id.text + ": removed",
             served ? "group '" + id.text +
                          "' has had a primary: its servers would stop and its epochs could be "
                          "used a second time. Keep it declared"
                    : ""});
    }
    for (const Group& group : wanted.groups) {
        if (state.groups.contains(group.id)) continue;
        std::string instances;
        for (const Instance& instance : group.instances) {
            instances += (instances.empty() ? "" : ", ") + text_of(instance);
        }
        changes.push_back({"group " + group.id.text + ": added, kind " +
                               std::string(name_of(group.kind)) + ", instances " + instances +
                               ", write port " + text_of(std::uint64_t{group.write_port}) +
                               ", read port " + text_of(std::uint64_t{group.read_port}),
                           ""});
    }
}

/// Half of what a leaving node needs to serve may be gone by now, and nothing was
/// declared on it when it began to leave.
Result<void> check_leaving(const State& state, const Topology& wanted) {
    for (const auto& [id, node] : state.nodes) {
        if (node.duty != Duty::leaving) continue;
        for (const Group& group : wanted.groups) {
            const auto& fronts = group.front_nodes;
            const bool front = std::ranges::find(fronts, id) != fronts.end();
            if (group.on(id) == nullptr && !front) continue;
            return refused("group " + group.id.text + " would get a server or front on node '" +
                           id.text +
                           "', which is leaving the cluster; let it leave, or take that back "
                           "first: baton node rejoin --node=" +
                           id.text);
        }
    }
    return success();
}

}  // namespace

std::vector<Change> differences(const State& state, const Topology& wanted) {
    std::vector<Change> changes;
    Differ cluster(changes, "cluster");
    cluster.compare("name", state.name, wanted.name,
                    "a cluster is named once, when it is formed; is this the right file?");
    cluster.compare("lease", state.settings.lease, wanted.settings.lease,
                    "the lease cannot be changed while the cluster runs: nodes with different "
                    "leases would not wait long enough for each other");
    cluster.compare("fencing command", state.settings.fencing.words, wanted.settings.fencing.words);
    cluster.compare("fencing timeout", state.settings.fencing.timeout,
                    wanted.settings.fencing.timeout);
    compare_nodes(changes, state, wanted);
    compare_groups(changes, state, wanted);
    return changes;
}

Result<void> may_declare(const State& state, const Topology& wanted) {
    BATON_TRY(check_soundness(wanted));
    BATON_TRY(check_leaving(state, wanted));
    std::string reasons;
    for (const Change& change : differences(state, wanted)) {
        if (change.refused.empty()) continue;
        reasons += (reasons.empty() ? "" : "; ") + change.what + ": " + change.refused;
    }
    if (!reasons.empty()) return refused(std::move(reasons));
    return success();
}

}  // namespace baton::cluster
