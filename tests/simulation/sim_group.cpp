#include "simulation/sim_group.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace baton::simulation {

void SimGroup::add_server(Network& network, Machine& machine, const FindServer& find,
                          std::function<void()> opening) {
    const cluster::Instance& instance = *declared_.on(machine.id());
    auto server = std::make_unique<RedisModel>(world_, network, instance.node, instance, find,
                                               watch(std::move(opening)));
    machine.add_server(*server);
    servers_[instance.node] = std::move(server);
}

RedisWatch SimGroup::watch(std::function<void()> opening) {
    RedisWatch watch;
    watch.acknowledged = [this](const RedisModel& server, std::uint64_t write) {
        no_silent_loss_.acknowledged(server.id(), write);
        single_writer_.acknowledged(server.id(), server.history());
        acknowledged_after_revoke_.acknowledged(server.id());
    };
    watch.copied = [this](const RedisModel& server, const std::vector<Write>& before) {
        no_wipe_.copied(server.id(), before.size(), server.data().size());
        no_silent_loss_.copied(server, before);
    };
    watch.began = [this](const RedisModel& server) { best_promoted_.began(server); };
    watch.opened = [this, opening = std::move(opening)](const RedisModel& server) {
        opening();
        opened(server);
    };
    return watch;
}

void SimGroup::opened(const RedisModel& server) {
    ++promotions_;
    no_silent_loss_.opened(server.id());
    no_minority_promotion_.opened(server.node(), server.id());
    const InstanceId before = switchover_keeps_all_.predecessor(server.id());
    confirmed_kept_.opened(server, history_);
    for (const auto& [node, other] : servers_) {
        best_promoted_.opened(server, *other);
        if (other->id() == before) switchover_keeps_all_.opened(server, *other);
    }
}

void SimGroup::add_clients(const std::vector<Machine*>& machines, const Writers& writers) {
    std::map<InstanceId, RedisModel*> servers;
    for (const auto& [node, server] : servers_) servers[server->id()] = server.get();
    for (std::size_t i = 0; i < writers.through_fronts; ++i) {
        front_clients_.push_back(
            std::make_unique<FrontClient>(world_, history_, machines, declared_, servers, i));
        front_clients_.back()->start(writers.pace);
    }
    if (!writers.direct) return;
    for (const auto& [node, server] : servers_) {
        direct_clients_.push_back(std::make_unique<DirectClient>(world_, history_, *server));
        direct_clients_.back()->start();
    }
}

void SimGroup::applied(const cluster::GroupState& group) {
    switchover_keeps_all_.applied(group);
    acknowledged_after_revoke_.applied(group);
}

void SimGroup::contact(const NodeId& node, bool majority, bool quiet) {
    best_promoted_.in_touch(node, majority && quiet);
    if (majority) no_minority_promotion_.in_majority(node);
}

void SimGroup::accept_loss() {
    best_promoted_.loss_accepted();
    confirmed_kept_.loss_accepted();
    no_wipe_.loss_accepted();
}

RedisModel* SimGroup::server_on(const NodeId& node) {
    const auto found = servers_.find(node);
    return found == servers_.end() ? nullptr : found->second.get();
}

std::uint64_t SimGroup::lost(const RedisModel& server,
                             const std::function<bool(const WriteRecord&)>& counts) const {
    std::set<std::uint64_t> held;
    for (const Write& each : server.data()) held.insert(each.id);
    std::uint64_t lost = 0;
    for (std::uint64_t id = 0; id < history_.writes().size(); ++id) {
        if (counts(history_.writes()[id]) && !held.contains(id)) ++lost;
    }
    return lost;
}

}  // namespace baton::simulation
