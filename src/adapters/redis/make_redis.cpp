#include "adapters/factories.hpp"
#include "adapters/redis/quarantine.hpp"
#include "adapters/redis/redis_connection.hpp"
#include "adapters/redis/redis_server.hpp"
#include "adapters/redis/standby_user.hpp"

#include <utility>

namespace baton::adapters {

namespace {

redis::LinkOptions own_link(const cluster::Group& group, const cluster::Instance& instance,
                            const std::string& password) {
    return {{group.id, instance.id, instance.endpoint, group.password_file},
            {},
            password,
            true,
            group.tls};
}

/// As the server itself presents itself to the one that it follows.
redis::LinkOptions standby_link(redis::LinkOptions options) {
    redis::StandbyUser user =
        redis::standby_user(options.target.group, options.target.instance, options.password);
    options.user = std::move(user.name);
    options.password = std::move(user.secret);
    return options;
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
    auto as_standby = [&loop, options] {
        return redis::make_redis_link(loop, loop.io_context(), standby_link(options));
    };
    return redis::make_redis_server(
        loop, options.target, std::move(password),
        {link_to(instance.endpoint), link_to(instance.endpoint), link_to, as_standby});
}

std::unique_ptr<Quarantine> make_redis_quarantine(RunningLoop& loop, const cluster::Group& group,
                                                  const cluster::Instance& instance,
                                                  std::string password, std::string directory) {
    return redis::make_redis_quarantine(
        loop, loop.io_context(),
        {standby_link(own_link(group, instance, password)), instance.data, std::move(directory)});
}

}  // namespace baton::adapters
