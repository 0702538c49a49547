#pragma once

/// The HTTP surface of one agent, put together.

#include "api/access.hpp"
#include "api/audit_trail.hpp"
#include "api/http_server.hpp"
#include "ports/tokens.hpp"

#include <memory>
#include <string>

namespace baton::adapters {
class RunningLoop;
}

namespace baton::api {

struct Options {
    cluster::Endpoint listen;
    Tokens* tokens = nullptr;  ///< Null: nobody is asked who they are.
    AuditTrail* trail = nullptr;         ///< Null: nothing is recorded.
    HttpLimits limits{};
    adapters::Gate* gate = nullptr;  ///< Null: plain HTTP. Outlives the server.
    /// Connections that did not get through the gate; may be empty.
    std::function<void(std::uint64_t count, const std::string& reason)> turned_away{};
};

/// Serves from now on, on the loop's thread. What is referred to outlives the
/// server; destroy it on that thread or after the loop has stopped. Errors:
/// unavailable (busy port).
[[nodiscard]] Result<std::unique_ptr<HttpServer>> make_http_server(adapters::RunningLoop& loop,
                                                                   Access& access, Options options);

}  // namespace baton::api
