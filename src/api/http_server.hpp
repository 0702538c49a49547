#pragma once

/// HTTP/1.1 towards anybody: parses, bounds and times requests, and hands them
/// over as plain values. Knows no routes. Everything runs on the loop's thread.

#include "api/http.hpp"
#include "base/time.hpp"
#include "core/cluster/topology.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

namespace baton::api {

struct HttpLimits {
    std::size_t header_bytes = 8 * 1024;        ///< More: 431.
    std::size_t body_bytes = 64 * 1024;         ///< More: 413.
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

/// `io_context` is the loop's. Errors: unavailable, naming address and remedy.
[[nodiscard]] Result<std::unique_ptr<HttpServer>> listen_http(void* io_context,
                                                              const cluster::Endpoint& where,
                                                              HttpLimits limits, Serve serve);

}  // namespace baton::api
