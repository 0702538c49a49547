#include "simulation/sim_guard.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace baton::simulation {

namespace {

constexpr Duration guard_way = microseconds{60};
constexpr Duration front_switch_min = milliseconds{1};
constexpr Duration front_switch_max = milliseconds{4};
constexpr Duration front_start = milliseconds{40};

}  // namespace

void SimGuard::start(Gone gone) {
    gone_ = gone;
    machine_.listen([loop = loop_, gone = std::move(gone)](const std::string& name) {
        loop->arrive(guard_way, [gone, name] { gone(name); });
    });
}

void SimGuard::order(std::function<std::function<void()>()> order) {
    if (loop_->stopped()) return;
    machine_.world().after(guard_way,
                           [&machine = machine_, loop = loop_, order = std::move(order)] {
                               if (!machine.on()) return;
                               machine.run([loop, order] { loop->arrive(guard_way, order()); });
                           });
}

void SimGuard::list(Done<std::vector<Supervised>> done) {
    order([&machine = machine_, done = std::move(done)] {
        return [done, found = machine.list()] { done(found); };
    });
}

void SimGuard::run_command(const std::string& name, const NodeId& node) {
    run_(node, [this, loop = loop_, name](int code) {
        loop->arrive(guard_way, [this, name, code] {
            codes_[name] = code;
            gone_(name);
        });
    });
}

void SimGuard::launch(Launch launch, Done<Supervised> done) {
    constexpr std::string_view told = "BATON_FENCE_NODE=";
    for (const std::string& each : launch.environment) {
        if (!each.starts_with(told)) continue;
        run_command(launch.name, NodeId{each.substr(told.size())});
        return done(Supervised{launch.name, 1, loop_->now()});
    }
    order([&machine = machine_, name = launch.name, done = std::move(done)] {
        return [done, result = machine.launch(name)] { done(result); };
    });
}

void SimGuard::kill(const std::string& name, Done<void> done) {
    order([&machine = machine_, name, done = std::move(done)] {
        machine.kill(name);
        return [done] { done(success()); };
    });
}

void SimGuard::stop(const std::string& name, Instant deadline, Done<void> done) {
    order([&machine = machine_, name, deadline, done = std::move(done)] {
        machine.stop(name, deadline);
        return [done] { done(success()); };
    });
}

void SimFront::apply(std::vector<FrontRoute> routes, Instant, Done<void> done) {
    if (loop_->stopped()) return;
    const Duration time = machine_.front().alive ? machine_.world().random().between(
                                                       front_switch_min, front_switch_max)
                                                 : front_start;
    const FrontProcess& front = machine_.front();
    loop_->arrive(time, [this, &front, life = front.life, routes = std::move(routes),
                         done = std::move(done)] {
        if (life != front.life) return done(outcome_unknown("the front ended meanwhile"));
        Result<void> switched = success();
        machine_.world().aside([&] { switched = switch_to(routes); });
        done(std::move(switched));
    });
}

Result<void> SimFront::switch_to(const std::vector<FrontRoute>& routes) {
    FrontProcess& front = machine_.front();
    for (const FrontRoute& route : routes) {
        if (route.epoch < newest_[route.group]) return conflict("an older epoch than served now");
    }
    front.alive = true;
    for (const FrontRoute& route : routes) {
        newest_[route.group] = route.epoch;
        front.routes[route.group] = route;
        watch_(machine_.id(), route);
    }
    front.cut_stale();
    return success();
}

}  // namespace baton::simulation
