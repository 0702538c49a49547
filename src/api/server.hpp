#pragma once

/// The HTTP surface of one agent, put together.

#include "api/access.hpp"
#include "api/http_server.hpp"

#include <memory>
#include <string>

namespace baton::adapters {
class RunningLoop;
}

namespace baton::api {

struct Options {
    cluster::Endpoint listen;
    std::string token;  ///< Content of the token file; empty: none is asked for.
    HttpLimits limits;
};

/// Serves from now on, on the loop's thread. `loop` and `access` outlive the
/// server; destroy it on that thread or after the loop has stopped. Errors:
/// unavailable (busy port).
[[nodiscard]] Result<std::unique_ptr<HttpServer>> make_http_server(adapters::RunningLoop& loop,
                                                                   Access& access, Options options);

}  // namespace baton::api
