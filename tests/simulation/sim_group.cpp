#include "simulation/sim_group.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace baton::simulation {

void SimGroup::add_server(Network& network, Machine& machine, const cluster::Instance& instance,
                          const FindServer& find, std::function<void()> opening) {
    auto server = std::make_unique<RedisModel>(world_, network, instance.node, instance, find,
                                               watch(std::move(opening)));
    auto known = declared_.instances;
    if (declared_.find(instance.id) == nullptr) known.push_back(instance);
    server->configure(known);
    machine.add_server(*server);
    if (writers_.direct) {
        direct_clients_.push_back(std::make_unique<DirectClient>(world_, history_, *server));
        direct_clients_.back()->start();
    }
    servers_[instance.node] = std::move(server);
}

RedisWatch SimGroup::watch(std::function<void()> opening) {
    RedisWatch watch;
    watch.acknowledged = [this](const RedisModel& server, std::uint64_t write) {
        no_silent_loss_.acknowledged(server.id(), write);
        single_writer_.acknowledged(server.id(), server.history());
        acknowledged_after_revoke_.acknowledged(server.id());
        no_wipe_.acknowledged();
    };
    watch.copied = [this](const RedisModel& server, const std::vector<Write>& before) {
        no_wipe_.copied(server.id(), server.history(), before.size(), server.data().size());
        no_silent_loss_.copied(server, before);
    };
    watch.began = [this](const RedisModel& server) {
        best_promoted_.began(server);
        no_wipe_.began(server.history());
    };
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
    const bool loss_accepted = consent_.covers(acknowledged_after_revoke_.newest());
    if (loss_accepted) {
        consent_.used();
        no_wipe_.loss_accepted(server.history());
        confirmed_kept_.loss_accepted();
    }
    confirmed_kept_.check(server);
    compare_with_others(server, loss_accepted);
}

void SimGroup::compare_with_others(const RedisModel& server, bool loss_accepted) {
    const InstanceId before = switchover_keeps_all_.predecessor(server.id());
    const auto avoided = avoided_.find(acknowledged_after_revoke_.newest());
    for (const auto& [node, other] : servers_) {
        const cluster::Instance* declared = declared_.find(other->id());
        const bool unwanted = avoided != avoided_.end() && avoided->second == other->id();
        const bool electable = declared != nullptr && declared->priority != 0 && !unwanted;
        if (electable && !loss_accepted) best_promoted_.opened(server, *other);
        if (other->id() == before) switchover_keeps_all_.opened(server, *other);
    }
}

void SimGroup::add_clients(const std::vector<Machine*>& machines, const Writers& writers,
                           SeekingClient::Surroundings seeking) {
    writers_ = writers;
    doors_.machines = machines;
    doors_.group = id();
    doors_.server = [this](const InstanceId& instance) { return find_server(instance); };
    doors_.confirmations = [this] { return std::size_t{declared_.acknowledgements}; };
    doors_.confirmed = [this](std::uint64_t write, std::size_t standbys) {
        confirmed_kept_.confirmed(write, standbys);
    };
    for (std::size_t i = 0; i < writers.through_fronts; ++i) {
        front_clients_.push_back(std::make_unique<FrontClient>(world_, history_, doors_, i));
        front_clients_.back()->start(writers.pace);
    }
    if (!writers.seeking) return;
    seeking.group = id();
    seeking.server = [this](const NodeId& node) { return server_on(node); };
    seeking_client_ = std::make_unique<SeekingClient>(world_, history_, std::move(seeking));
    seeking_client_->start();
}

void SimGroup::declared_anew(const cluster::GroupState& group) {
    if (group.declared == declared_) return;
    declared_ = group.declared;
    confirmed_kept_.declared(declared_);
    for (const auto& [node, server] : servers_) server->configure(declared_.instances);
}

void SimGroup::applied(const cluster::GroupState& group, LogIndex last) {
    switchover_keeps_all_.applied(group);
    acknowledged_after_revoke_.applied(group);
    orders_kept_.applied(group, last);
    const bool asked = group.revoked && std::ranges::any_of(group.decisions, [&](const auto& each) {
                           return each.epoch == group.epoch && each.rule == "failover.requested";
                       });
    if (asked) avoided_[group.epoch.next()] = group.primary;
}

void SimGroup::contact(const NodeId& node, bool majority, bool quiet) {
    best_promoted_.in_touch(node, majority && quiet);
    if (majority) no_minority_promotion_.in_majority(node);
}

RedisModel* SimGroup::server_on(const NodeId& node) {
    const auto found = servers_.find(node);
    return found == servers_.end() ? nullptr : found->second.get();
}

RedisModel* SimGroup::find_server(const InstanceId& instance) {
    const auto found = std::ranges::find_if(
        servers_, [&](const auto& each) { return each.second->id() == instance; });
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
