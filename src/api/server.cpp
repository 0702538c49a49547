#include "api/server.hpp"

#include "adapters/factories.hpp"
#include "api/routes.hpp"

namespace baton::api {

Result<std::unique_ptr<HttpServer>> make_http_server(adapters::RunningLoop& loop, Access& access,
                                                     Options options) {
    // Shared: the function that serves is copied, the surface is not.
    auto surface = std::make_shared<const Surface>(Surface{access, loop, std::move(options.token)});
    return listen_http(loop.io_context(), options.listen, options.limits,
                       [surface](const Request& request, Respond respond) {
                           dispatch(*surface, request, std::move(respond));
                       });
}

}  // namespace baton::api
