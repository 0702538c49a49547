#include "cli/agents.hpp"
#include "config/cluster_file.hpp"

#include <array>
#include <filesystem>
#include <fstream>

namespace baton::cli {
namespace {

/// Looked for in this order when nothing is said.
constexpr std::array<const char*, 3> usual_places{"baton.yaml", "/etc/baton/baton.yaml",
                                                  "playground.json"};

std::vector<std::string> split_at_commas(const std::string& text) {
    std::vector<std::string> parts;
    std::size_t begin = 0;
    while (begin <= text.size()) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        if (end > begin) parts.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

Outcome<Located> from_addresses(const std::vector<std::string>& addresses, std::string source) {
    Located located;
    for (const std::string& address : addresses) {
        auto endpoint = parse_endpoint(address);
        if (!endpoint) return usage(source + ": " + endpoint.error().message);
        located.agents.push_back({"", endpoint.value()});
    }
    located.source = std::move(source);
    return located;
}

Outcome<Located> from_config(const std::string& path) {
    const auto file = config::load(path);
    if (!file) return usage(file.error());
    Located located;
    for (const auto& node : file.value().topology.nodes) {
        located.agents.push_back({node.id.text, node.api});
    }
    for (const auto& group : file.value().topology.groups) located.groups.push_back(group.id.text);
    located.token_file = file.value().token_file;
    located.ca_file = file.value().tls.ca_file;
    located.source = path;
    located.config_path = path;
    return located;
}

Outcome<Located> from_playground(const std::string& path) {
    std::ifstream stream{path};
    if (!stream) return usage("no playground there: cannot read " + path);
    const Json json = Json::parse(stream, nullptr, false);
    Located located;
    located.source = path;
    for (const Json& node : field(json, "nodes")) {
        auto endpoint = parse_endpoint(text_of(field(node, "agent"), "api"));
        if (!endpoint) return usage(path + " names no API address for a node");
        located.agents.push_back({text_of(node, "name"), endpoint.value()});
    }
    if (located.agents.empty()) return usage(path + " names no node; is it a playground's file?");
    located.groups = texts_of(field(json, "groups"), "name");
    located.config_path = text_of(json, "config");
    if (!located.config_path.empty()) {
        const auto file = config::load(located.config_path);
        if (file) located.token_file = file.value().token_file;
        if (file) located.ca_file = file.value().tls.ca_file;
    }
    return located;
}

Outcome<Located> from_usual_places() {
    std::error_code ignored;
    for (const std::string path : usual_places) {
        if (!std::filesystem::exists(path, ignored)) continue;
        return path.ends_with(".json") ? from_playground(path) : from_config(path);
    }
    return usage(
        "which cluster? There is no baton.yaml, /etc/baton/baton.yaml or playground.json; "
        "say --config FILE, --dir DIRECTORY or --api HOST:PORT");
}

/// What the sources above name, unless the command line or environment says.
void take_said(const Invocation& invocation, const Surroundings& surroundings, Located& located) {
    if (located.ca_file.empty()) located.ca_file = surroundings.environment("BATON_CA");
    if (invocation.has("ca")) located.ca_file = invocation.text("ca");
    if (invocation.has("token-file")) located.token_file = invocation.text("token-file");
}

Outcome<Located> find_source(const Invocation& invocation, const Surroundings& surroundings) {
    const std::string config_variable = surroundings.environment("BATON_CONFIG");
    const std::string api_variable = surroundings.environment("BATON_API");
    if (invocation.has("api")) {
        BATON_TRY(Located located, from_addresses(invocation.options.at("api"), "--api"));
        if (!invocation.has("config")) return located;
        BATON_TRY(const Located file, from_config(invocation.text("config")));
        located.token_file = file.token_file;
        located.ca_file = file.ca_file;
        located.config_path = file.config_path;
        return located;
    }
    if (invocation.has("config")) return from_config(invocation.text("config"));
    if (invocation.has("dir")) return from_playground(invocation.text("dir") + "/playground.json");
    if (!api_variable.empty()) return from_addresses(split_at_commas(api_variable), "BATON_API");
    if (!config_variable.empty()) return from_config(config_variable);
    return from_usual_places();
}

}  // namespace

Outcome<Located> locate(const Invocation& invocation, const Surroundings& surroundings) {
    BATON_TRY(Located located, find_source(invocation, surroundings));
    take_said(invocation, surroundings, located);
    return located;
}

}  // namespace baton::cli
