#include "config/identity.hpp"

#include "config/nearest.hpp"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <vector>

namespace baton::config {

Result<NodeName> resolve_node(const ClusterFile& file, const NameSources& sources) {
    NodeName found;
    if (!sources.option.empty()) {
        found = {NodeId{sources.option}, "--node"};
    } else if (!sources.environment.empty()) {
        found = {NodeId{sources.environment}, "BATON_NODE"};
    } else {
        found = {NodeId{sources.host_name}, "host name " + sources.host_name};
        const std::string label = sources.host_name.substr(0, sources.host_name.find('.'));
        if (file.topology.find(found.node) == nullptr) found.node = NodeId{label};
    }
    if (found.node && file.topology.find(found.node) != nullptr) return found;

    std::vector<std::string> names;
    std::string list;
    for (const auto& node : file.topology.nodes) {
        names.push_back(node.id.text);
        list += (list.empty() ? "" : ", ") + node.id.text;
    }
    return invalid(found.source + " says this is node \"" + found.node.text + "\", but " +
                   file.path + " knows only " + list + did_you_mean(found.node.text, names) +
                   "; say which with --node or BATON_NODE");
}

Result<NodeName> resolve_node(const ClusterFile& file, const std::string& option) {
    const char* const environment = std::getenv("BATON_NODE");
    std::array<char, 256> host{};
    if (gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0';
    return resolve_node(file, NameSources{.option = option,
                                          .environment = environment == nullptr ? "" : environment,
                                          .host_name = host.data()});
}

}  // namespace baton::config
