#include "agent/servers.hpp"

#include "agent/emptying.hpp"
#include "agent/settings.hpp"
#include "config/secret.hpp"

#include <utility>

namespace baton::agent {

namespace {

Result<runtime::InstanceParts> parts_of(const cluster::Group& group,
                                        const cluster::Instance& instance,
                                        adapters::RunningLoop& loop,
                                        const std::string& quarantine) {
    BATON_TRY(prepare_instance(instance));
    std::string password;
    if (!group.password_file.empty()) {
        BATON_TRY(auto read, config::read_secret(group.password_file));
        password = std::move(read);
    }
    runtime::InstanceParts parts;
    parts.group = group;
    parts.instance = instance;
    switch (group.kind) {
        case cluster::Kind::redis: {
            BATON_TRY(auto launch, adapters::launch_redis(group, instance, password));
            parts.launch = std::move(launch);
            parts.quarantine =
                adapters::make_redis_quarantine(loop, group, instance, password, quarantine);
            parts.empty = [launch = parts.launch] { return empty_directory(launch); };
            parts.server = adapters::make_redis(loop, group, instance, std::move(password));
            break;
        }
    }
    return parts;
}

}  // namespace

Servers servers_of(const cluster::State& state, adapters::RunningLoop& loop, Guard& guard,
                   adapters::FrontOptions front, const std::string& quarantine) {
    const NodeId self = front.node;
    Servers servers;
    bool fronted = false;
    for (const auto& [id, group] : state.groups) {
        fronted = fronted || group.declared.fronted_on(self);
        const cluster::Instance* own = group.declared.on(self);
        if (own == nullptr) continue;
        servers.declared.insert(own->id.text);
        auto parts = parts_of(group.declared, *own, loop, quarantine);
        if (parts) {
            servers.instances.push_back(std::move(parts).value());
        } else {
            servers.problems.push_back(
                Event{Severity::error,
                      "instance.unmanaged",
                      "instance " + own->id.text + " cannot be managed: " + parts.error().message +
                          "; it is tried again every second",
                      {{"instance", own->id.text}}});
        }
    }
    if (fronted) {
        front.lease = state.settings.lease;
        servers.front = adapters::make_haproxy(loop, guard, std::move(front));
    }
    return servers;
}

}  // namespace baton::agent
