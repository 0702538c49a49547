#include "api/server.hpp"

#include "adapters/factories.hpp"
#include "api/routes.hpp"

namespace baton::api {

Result<std::unique_ptr<HttpServer>> make_http_server(adapters::RunningLoop& loop, Access& access,
                                                     Options options) {
    // Shared: the function that serves is copied, the surface is not.
    auto surface = std::make_shared<const Surface>(
        Surface{access, loop, options.tokens, options.trail, options.gate != nullptr});
    HttpPlace place{std::move(options.listen), options.limits, options.gate, &loop,
                    std::move(options.turned_away)};
    return listen_http(loop.io_context(), std::move(place),
                       [surface](const Request& request, Respond respond) {
                           dispatch(*surface, request, std::move(respond));
                       });
}

}  // namespace baton::api
