#pragma once

/// Where to connect. Names are resolved once, at start, so that a slow resolver
/// can never look like an outage.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/socket.h>

namespace baton::load {

struct Endpoint {
    std::string text;  ///< As the operator wrote it.
    sockaddr_storage address{};
    socklen_t address_bytes = 0;
};

[[nodiscard]] std::optional<Endpoint> resolve(const std::string& host, const std::string& port);
/// HOST:PORT[,HOST:PORT...]. Empty when any of them is malformed or unknown.
[[nodiscard]] std::vector<Endpoint> resolve_all(std::string_view list);

}  // namespace baton::load
