#include "config/topology_json.hpp"

#include <limits>
#include <set>
#include <utility>

namespace baton::config {

namespace {

using Json = nlohmann::json;

Json endpoint_json(const cluster::Endpoint& endpoint) {
    return {{"host", endpoint.host}, {"port", endpoint.port}};
}

Json instance_json(const cluster::Instance& instance) {
    return {{"id", instance.id.text},         {"node", instance.node.text},
            {"host", instance.endpoint.host}, {"port", instance.endpoint.port},
            {"data", instance.data},          {"run_as", instance.run_as},
            {"priority", instance.priority},  {"noloadbalance", !instance.serves_reads}};
}

Json group_json(const cluster::Group& group) {
    Json instances = Json::array();
    for (const auto& instance : group.instances) instances.push_back(instance_json(instance));
    Json fronts = Json::array();
    for (const auto& node : group.front_nodes) fronts.push_back(node.text);
    return {{"name", group.id.text},
            {"kind", name_of(group.kind)},
            {"durability", name_of(group.durability)},
            {"acknowledgements", group.acknowledgements},
            {"on_quorum_loss", "stop"},
            {"instances", std::move(instances)},
            {"front_nodes", std::move(fronts)},
            {"write_port", group.write_port},
            {"read_port", group.read_port},
            {"server_binary", group.server_binary},
            {"server_arguments", group.server_arguments},
            {"password_file", group.password_file},
            {"tls", group.tls.enabled},
            {"tls_ca_file", group.tls.ca_file},
            {"tls_cert_file", group.tls.cert_file},
            {"tls_key_file", group.tls.key_file},
            {"frozen_after_ms", whole_milliseconds(group.frozen_after)},
            {"busy_after_ms", whole_milliseconds(group.busy_after)},
            {"switchover_timeout_ms", whole_milliseconds(group.switchover_timeout)},
            {"failover_block_ms", whole_milliseconds(group.failover_block)},
            {"quarantine_keep", group.quarantine.keep},
            {"quarantine_bytes", group.quarantine.bytes},
            {"on_role_change", group.hooks.on_role_change},
            {"hook_timeout_ms", whole_milliseconds(group.hooks.timeout)}};
}

/// Takes members one by one and keeps the first problem; `finish` tells it, or
/// names a member that nobody took.
class Reader {
public:
    Reader(const Json& json, std::string where) : json_(json), where_(std::move(where)) {
        if (!json.is_object()) fail("must be an object");
    }

    std::string text(const char* name) {
        const Json* value = take(name);
        if (value == nullptr) return {};
        if (value->is_string()) return value->get<std::string>();
        fail(std::string(name) + " must be a string");
        return {};
    }
    std::uint64_t number(const char* name, std::uint64_t most) {
        const Json* value = take(name);
        if (value == nullptr) return 0;
        // A number that was never text is signed when the writer's type was.
        const bool whole = value->is_number_unsigned() ||
                           (value->is_number_integer() && value->get<std::int64_t>() >= 0);
        if (whole && value->get<std::uint64_t>() <= most) return value->get<std::uint64_t>();
        fail(std::string(name) + " must be a whole number up to " + std::to_string(most));
        return 0;
    }
    std::uint16_t port(const char* name) {
        return static_cast<std::uint16_t>(number(name, std::numeric_limits<std::uint16_t>::max()));
    }
    Duration milliseconds(const char* name) {
        constexpr std::uint64_t day = 24ULL * 60 * 60 * 1000;
        return std::chrono::milliseconds{number(name, day)};
    }
    bool flag(const char* name) {
        const Json* value = take(name);
        if (value == nullptr) return false;
        if (!value->is_boolean()) fail(std::string(name) + " must be true or false");
        return value->is_boolean() && value->get<bool>();
    }
    Json part(const char* name) {
        const Json* value = take(name);
        return value == nullptr ? Json(nullptr) : *value;
    }
    void only(const char* name, std::string_view possible) {
        const std::string given = text(name);
        if (given != possible)
            fail(std::string(name) + " must be \"" + std::string(possible) + "\"");
    }
    /// Whether the text is the second of the two that are possible.
    bool either(const char* name, std::string_view first, std::string_view second) {
        const std::string given = text(name);
        if (given != first && given != second) {
            fail(std::string(name) + " must be \"" + std::string(first) + "\" or \"" +
                 std::string(second) + "\"");
        }
        return given == second;
    }
    template <typename Each>
    void list(const char* name, Each each) {
        const Json* value = take(name);
        if (value == nullptr) return;
        if (!value->is_array()) return fail(std::string(name) + " must be a list");
        for (const Json& element : *value) {
            if (Result<void> read = each(element); !read) return keep(read.error());
        }
    }
    template <typename Value>
    Result<Value> finish(Value value) {
        for (auto member = json_.begin(); json_.is_object() && member != json_.end(); ++member) {
            if (!taken_.contains(member.key())) fail("unknown member \"" + member.key() + "\"");
        }
        if (!problem_.message.empty()) return problem_;
        return value;
    }

private:
    const Json* take(const char* name) {
        taken_.insert(name);
        if (!json_.is_object()) return nullptr;
        const auto found = json_.find(name);
        if (found != json_.end()) return &*found;
        fail(std::string(name) + " is missing");
        return nullptr;
    }
    void fail(const std::string& what) { keep(invalid(where_ + ": " + what)); }
    void keep(const Error& error) {
        if (problem_.message.empty()) problem_ = error;
    }

    const Json& json_;
    std::string where_;
    std::set<std::string> taken_;
    Error problem_;
};

Result<void> add_text(const Json& json, std::vector<std::string>& into) {
    if (!json.is_string()) return invalid("a list of names holds something else than a string");
    into.push_back(json.get<std::string>());
    return success();
}

Result<cluster::Endpoint> read_endpoint(const Json& json, const char* what) {
    Reader reader(json, what);
    cluster::Endpoint endpoint{reader.text("host"), reader.port("port")};
    return reader.finish(std::move(endpoint));
}

Result<cluster::Instance> read_instance(const Json& json) {
    Reader reader(json, "instance");
    cluster::Instance instance;
    instance.id = InstanceId{reader.text("id")};
    instance.node = NodeId{reader.text("node")};
    instance.endpoint = {reader.text("host"), reader.port("port")};
    instance.data = reader.text("data");
    instance.run_as = reader.text("run_as");
    instance.priority = static_cast<std::uint32_t>(
        reader.number("priority", std::numeric_limits<std::uint32_t>::max()));
    instance.serves_reads = !reader.flag("noloadbalance");
    return reader.finish(std::move(instance));
}

Result<cluster::Group> read_group(const Json& json) {
    Reader reader(json, "group");
    cluster::Group group;
    group.id = GroupId{reader.text("name")};
    reader.only("kind", name_of(cluster::Kind::redis));
    const bool replicated = reader.either("durability", name_of(cluster::Durability::async),
                                          name_of(cluster::Durability::replicated));
    if (replicated) group.durability = cluster::Durability::replicated;
    group.acknowledgements = static_cast<std::uint32_t>(
        reader.number("acknowledgements", std::numeric_limits<std::uint32_t>::max()));
    reader.only("on_quorum_loss", "stop");
    reader.list("instances", [&](const Json& each) -> Result<void> {
        BATON_TRY(auto instance, read_instance(each));
        group.instances.push_back(std::move(instance));
        return success();
    });
    std::vector<std::string> fronts;
    reader.list("front_nodes", [&](const Json& each) { return add_text(each, fronts); });
    for (std::string& node : fronts) group.front_nodes.emplace_back(std::move(node));
    group.write_port = reader.port("write_port");
    group.read_port = reader.port("read_port");
    group.server_binary = reader.text("server_binary");
    reader.list("server_arguments",
                [&](const Json& each) { return add_text(each, group.server_arguments); });
    group.password_file = reader.text("password_file");
    group.tls = {reader.flag("tls"), reader.text("tls_ca_file"), reader.text("tls_cert_file"),
                 reader.text("tls_key_file")};
    group.frozen_after = reader.milliseconds("frozen_after_ms");
    group.busy_after = reader.milliseconds("busy_after_ms");
    group.switchover_timeout = reader.milliseconds("switchover_timeout_ms");
    group.failover_block = reader.milliseconds("failover_block_ms");
    group.quarantine = {
        static_cast<std::uint32_t>(
            reader.number("quarantine_keep", std::numeric_limits<std::uint32_t>::max())),
        reader.number("quarantine_bytes", std::numeric_limits<std::int64_t>::max())};
    reader.list("on_role_change",
                [&](const Json& each) { return add_text(each, group.hooks.on_role_change); });
    group.hooks.timeout = reader.milliseconds("hook_timeout_ms");
    return reader.finish(std::move(group));
}

}  // namespace

Result<cluster::Node> read_node(const Json& json) {
    Reader reader(json, "node");
    cluster::Node node;
    node.id = NodeId{reader.text("name")};
    node.voter = reader.flag("voter");
    BATON_TRY(node.peer, read_endpoint(reader.part("peer"), "node: peer"));
    BATON_TRY(node.api, read_endpoint(reader.part("api"), "node: api"));
    return reader.finish(std::move(node));
}

nlohmann::json node_json(const cluster::Node& node) {
    return {{"name", node.id.text},
            {"peer", endpoint_json(node.peer)},
            {"api", endpoint_json(node.api)},
            {"voter", node.voter}};
}

nlohmann::json topology_json(const cluster::Topology& topology) {
    Json nodes = Json::array();
    for (const cluster::Node& node : topology.nodes) nodes.push_back(node_json(node));
    Json groups = Json::array();
    for (const cluster::Group& group : topology.groups) groups.push_back(group_json(group));
    return {{"name", topology.name},
            {"lease_ms", whole_milliseconds(topology.settings.lease)},
            {"fencing_command", topology.settings.fencing.words},
            {"fencing_timeout_ms", whole_milliseconds(topology.settings.fencing.timeout)},
            {"nodes", std::move(nodes)},
            {"groups", std::move(groups)}};
}

Result<cluster::Topology> read_topology(const nlohmann::json& json) {
    Reader reader(json, "topology");
    cluster::Topology topology;
    topology.name = reader.text("name");
    topology.settings.lease = reader.milliseconds("lease_ms");
    cluster::FencingCommand& command = topology.settings.fencing;
    reader.list("fencing_command",
                [&](const Json& each) { return add_text(each, command.words); });
    command.timeout = reader.milliseconds("fencing_timeout_ms");
    reader.list("nodes", [&](const Json& each) -> Result<void> {
        BATON_TRY(auto node, read_node(each));
        topology.nodes.push_back(std::move(node));
        return success();
    });
    reader.list("groups", [&](const Json& each) -> Result<void> {
        BATON_TRY(auto group, read_group(each));
        topology.groups.push_back(std::move(group));
        return success();
    });
    return reader.finish(std::move(topology));
}

}  // namespace baton::config
