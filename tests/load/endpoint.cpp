#include "endpoint.hpp"

#include <cstring>

#include <netdb.h>

namespace baton::load {

std::optional<Endpoint> resolve(const std::string& host, const std::string& port) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (host.empty() || getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0) {
        return std::nullopt;
    }
    Endpoint endpoint;
    endpoint.text = host + ":" + port;
    std::memcpy(&endpoint.address, found->ai_addr, found->ai_addrlen);
    endpoint.address_bytes = found->ai_addrlen;
    freeaddrinfo(found);
    return endpoint;
}

std::vector<Endpoint> resolve_all(std::string_view list) {
    std::vector<Endpoint> endpoints;
    while (!list.empty()) {
        const auto item = list.substr(0, list.find(','));
        list.remove_prefix(std::min(list.size(), item.size() + 1));
        const auto colon = item.rfind(':');
        if (colon == std::string_view::npos) return {};
        auto endpoint =
            resolve(std::string{item.substr(0, colon)}, std::string{item.substr(colon + 1)});
        if (!endpoint) return {};
        endpoints.push_back(std::move(*endpoint));
    }
    return endpoints;
}

}  // namespace baton::load
