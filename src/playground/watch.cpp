#include "playground/watch.hpp"

#include "cli/http.hpp"
#include "config/secret.hpp"

#include <cstdlib>

namespace baton::playground {

namespace {

using nlohmann::json;

constexpr Duration ask_patience = std::chrono::seconds{1};

Result<json> get(const cluster::Endpoint& api, const cli::HttpRequest& request) {
    BATON_TRY(const cli::HttpAnswer answer,
              cli::exchange(api, request, ask_patience, [] { return false; }));
    json parsed = json::parse(answer.body, nullptr, false);
    if (answer.status == 200 && !parsed.is_discarded()) return parsed;
    const json::json_pointer place{"/error/message"};
    const bool told = parsed.is_object() && parsed.contains(place) && parsed[place].is_string();
    return refused("HTTP status " + std::to_string(answer.status) +
                   (told ? ": " + parsed[place].get<std::string>() : ""));
}

}  // namespace

Result<std::string> token_of(const config::ClusterFile& file) {
    if (file.token_file.empty()) {
        const char* const given = std::getenv("BATON_TOKEN");
        return std::string{given == nullptr ? "" : given};
    }
    return config::read_secret(file.token_file);
}

Result<json> groups_of(const config::ClusterFile& file, const std::string& token) {
    cli::HttpRequest request;
    request.target = "/v1/groups";
    request.token = token;
    request.ca_file = file.tls.ca_file;
    Error why = unavailable("no agent answers yet");
    for (const cluster::Node& node : file.topology.nodes) {
        auto groups = get(node.api, request);
        if (groups) return groups;
        // An agent that refuses says more than one that is not there yet.
        if (groups.error().kind != ErrorKind::refused) continue;
        why = refused("node " + node.id.text + " (" + cli::endpoint_text(node.api) + ") answers " +
                      groups.error().message);
    }
    return why;
}

std::string unsteady(const config::ClusterFile& file, const Result<json>& groups) {
    if (!groups) return groups.error().message;
    if (groups.value().size() < file.topology.groups.size()) {
        return "the cluster is not formed yet";
    }
    std::string text;
    for (const json& group : groups.value()) {
        const std::string name = group.value("name", "?");
        const std::string phase = group.value("phase", "?");
        if (phase != "steady") text += "group " + name + " is " + phase + "; ";
        for (const json& instance : group.value("instances", json::array())) {
            if (instance.value("health", "") == "healthy") continue;
            text += "instance " + instance.value("id", "?") + " is " +
                    instance.value("health", "?") + "; ";
        }
    }
    return text;
}

}  // namespace baton::playground
