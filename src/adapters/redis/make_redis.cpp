#include "adapters/factories.hpp"
#include "adapters/redis/quarantine.hpp"
#include "adapters/redis/redis_connection.hpp"
#include "adapters/redis/redis_server.hpp"

#include <utility>

namespace baton::adapters {

namespace {

redis::LinkOptions own_link(const cluster::Group& group, const cluster::Instance& instance,
                            const std::string& password) {
    return {
        {group.id, instance.id, instance.endpoint, group.password_file}, password, true, group.tls};
}

}  // namespace

std::unique_ptr<Server> make_redis(RunningLoop& loop, const cluster::Group& group,
                                   const cluster::Instance& instance, std::string password) {
    const redis::LinkOptions options = own_link(group, instance, password);
    auto link_to = [&loop, options](const cluster::Endpoint& endpoint) {
        redis::LinkOptions other = options;
        other.own = endpoint == options.target.endpoint;
        if (!other.own) other.target.instance = InstanceId{};
        other.target.endpoint = endpoint;
        return redis::make_redis_link(loop, loop.io_context(), std::move(other));
    };
    return redis::make_redis_server(
        loop, options.target, std::move(password),
        {link_to(instance.endpoint), link_to(instance.endpoint), link_to});
}

std::unique_ptr<Quarantine> make_redis_quarantine(RunningLoop& loop, const cluster::Group& group,
                                                  const cluster::Instance& instance,
                                                  std::string password, std::string directory) {
    return redis::make_redis_quarantine(
        loop, loop.io_context(),
        {own_link(group, instance, password), instance.data, std::move(directory)});
}

}  // namespace baton::adapters
