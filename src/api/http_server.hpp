#pragma once

/// HTTP/1.1 towards anybody, plain or inside TLS: bounds and times requests, and
/// hands them over as plain values. Knows no routes. Everything but handshakes
/// runs on the loop's thread.

#include "api/http.hpp"
#include "api/request_reader.hpp"
#include "base/time.hpp"
#include "core/cluster/topology.hpp"
#include "ports/loop.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace baton::adapters {
class Gate;
}

namespace baton::api {

struct HttpLimits {
    RequestLimits request;
    std::size_t connections_max = 256;          ///< More: 503.
    std::size_t feed_bytes_max = 256 * 1024;    ///< Waiting for one slow reader; then it is cut.
    Duration idle = std::chrono::seconds{10};   ///< To send a whole request, or the next one.
    Duration write = std::chrono::seconds{10};  ///< To take a whole answer.
};

class HttpServer {
public:
    /// Closes every connection; answers still owed go nowhere.
    virtual ~HttpServer() = default;
    /// As bound: differs from the configured port only if that was 0.
    [[nodiscard]] virtual std::uint16_t port() const = 0;
    [[nodiscard]] virtual std::size_t connections() const = 0;
};

/// Called for each request; must answer exactly once, now or later.
using Serve = std::function<void(const Request& request, Respond respond)>;

struct HttpPlace {
    cluster::Endpoint listen;
    HttpLimits limits{};
    adapters::Gate* gate = nullptr;  ///< Null: plain HTTP. Outlives the server.
    Loop* loop = nullptr;            ///< Needed with a gate; `io_context` is this one's.
    /// Connections that did not get through the gate; may be empty.
    std::function<void(std::uint64_t count, const std::string& reason)> turned_away{};
};

/// `io_context` is the loop's. Errors: unavailable, naming address and remedy.
[[nodiscard]] Result<std::unique_ptr<HttpServer>> listen_http(void* io_context, HttpPlace place,
                                                              Serve serve);

}  // namespace baton::api
