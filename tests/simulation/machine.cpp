#include "simulation/machine.hpp"

#include <algorithm>
#include <utility>

namespace baton::simulation {

namespace {

constexpr Duration death_min = microseconds{200};
constexpr Duration death_max = milliseconds{3};
/// A wake-up of the guard on a loaded machine.
constexpr Duration guard_lateness_max = milliseconds{2};

}  // namespace

InstanceId FrontProcess::writer(const GroupId& group) const {
    const auto route = routes.find(group);
    if (!alive || route == routes.end()) return {};
    for (const FrontServer& server : route->second.servers) {
        if (server.writes) return server.instance;
    }
    return {};
}

void FrontProcess::cut_stale() {
    std::set<InstanceId> writers;
    for (const auto& [group, route] : routes) writers.insert(writer(group));
    for (Passage& each : std::exchange(passages, {})) {
        if (each.connection.expired()) continue;
        if (writers.contains(each.server)) {
            passages.push_back(std::move(each));
        } else {
            each.cut();
        }
    }
}

void FrontProcess::end() {
    alive = false;
    ++life;
    routes.clear();
    for (Passage& each : std::exchange(passages, {})) each.cut();
}

Machine::Machine(World& world, Network& network, NodeId id, Clock clock)
    : world_(world), network_(network), id_(std::move(id)), clock_(clock) {}

/// Packets to and from a server pass as long as the kernel lets them.
void Machine::add_server(RedisModel& server) {
    servers_[server.id().text] = {&server, 0, {}, {}};
    server.stands_behind([this](std::uint16_t port) { return kernel_.passes(port, now()); });
}

void Machine::crash() {
    kernel_.forget();
    on_ = false;
    paused_ = false;
    ++boots_;
    network_.set_present(id_, false);
    gone_ = nullptr;
    late_.clear();
    deadlines_.clear();
    hung_.clear();
    front_.end();
    for (auto& [name, child] : servers_) {
        child.server->kill();
        child.pid = 0;
        child.ending = false;
    }
}

void Machine::boot() {
    on_ = true;
    network_.set_present(id_, true);
}

void Machine::pause() {
    paused_ = true;
    paused_at_ = now();
    network_.set_present(id_, false);
}

void Machine::resume() {
    if (!paused_) return;
    paused_ = false;
    kernel_.stood_still(now() - paused_at_);
    network_.set_present(id_, true);
    for (auto& action : std::exchange(late_, {})) {
        world_.after(world_.random().between(Duration{0}, microseconds{200}), std::move(action));
    }
    for (auto& [name, child] : servers_) {
        if (child.server->frozen()) continue;
        child.server->freeze();
        child.server->thaw();
    }
}

void Machine::run(std::function<void()> action) {
    if (paused_) return late_.push_back(std::move(action));
    action();
}

Result<Supervised> Machine::launch(const std::string& name) {
    const auto found = servers_.find(name);
    if (found == servers_.end()) return invalid("no such program: " + name);
    Child& child = found->second;
    if (child.ending) return unavailable("the last process of " + name + " still ends");
    if (child.pid == 0) {
        child.pid = ++next_pid_;
        child.started = now();
        child.server->start();
        if (deadlines_.contains(name)) watch(name);
    }
    return Supervised{name, child.pid, child.started};
}

/// SIGKILL works on stopped processes too. What is left takes a moment to end.
void Machine::kill(const std::string& name) {
    if (name == "front") {
        front_.end();
        world_.after(death_min, [this, boots = boots_] {
            if (boots == boots_ && gone_) gone_("front");
        });
        return;
    }
    const auto found = servers_.find(name);
    if (found == servers_.end() || found->second.pid == 0 || found->second.ending) return;
    if (const auto hung = hung_.find(name); hung != hung_.end()) {
        hung->second = true;
        return;
    }
    Child& child = found->second;
    child.ending = true;
    child.server->kill();
    world_.after(world_.random().between(death_min, death_max),
                 [this, name, pid = child.pid, boots = boots_] {
                     if (boots != boots_) return;
                     run([this, name, pid] { ended(name, pid); });
                 });
}

void Machine::ended(const std::string& name, std::int64_t pid) {
    Child& child = servers_.at(name);
    if (child.pid != pid) return;
    child.pid = 0;
    child.ending = false;
    if (gone_) gone_(name);
}

void Machine::hang(const std::string& name) {
    const auto found = servers_.find(name);
    if (found == servers_.end() || found->second.pid == 0 || found->second.ending) return;
    hung_.try_emplace(name, false);
    found->second.server->freeze();
}

/// One that was killed executes nothing any more.
void Machine::release(const std::string& name) {
    const auto hung = hung_.find(name);
    if (hung == hung_.end()) return;
    const bool killed = hung->second;
    hung_.erase(hung);
    killed ? kill(name) : servers_.at(name).server->thaw();
}

/// SIGTERM: the model ends at once unless it is frozen.
void Machine::stop(const std::string& name, Instant deadline) {
    const auto found = servers_.find(name);
    if (found == servers_.end() || found->second.pid == 0) return;
    if (!found->second.server->frozen()) return kill(name);
    world_.at(clock_.truth(deadline), [this, name, pid = found->second.pid] {
        if (servers_.at(name).pid == pid) kill(name);
    });
}

std::vector<Supervised> Machine::list() const {
    std::vector<Supervised> found;
    for (const auto& [name, child] : servers_) found.push_back({name, child.pid, child.started});
    return found;
}

cluster::ProcessState Machine::look(const std::string& name) const {
    const auto found = servers_.find(name);
    if (found == servers_.end() || found->second.pid == 0) return cluster::ProcessState::absent;
    if (found->second.ending) return cluster::ProcessState::busy;
    if (found->second.server->frozen()) return cluster::ProcessState::frozen;
    return found->second.server->busy() ? cluster::ProcessState::busy
                                        : cluster::ProcessState::running;
}

void Machine::set_deadline(const std::string& name, Instant when) {
    deadlines_[name].when = when;
    watch(name);
}

void Machine::clear_deadline(const std::string& name) {
    deadlines_.erase(name);
}

/// One watch per name; extending a deadline only moves what it will find.
void Machine::watch(const std::string& name) {
    Deadline& deadline = deadlines_.at(name);
    if (deadline.watched) return;
    deadline.watched = true;
    const Duration late = guard_late_ + world_.random().between(Duration{0}, guard_lateness_max);
    world_.at(clock_.truth(deadline.when) + late, [this, name, boots = boots_] {
        if (boots != boots_) return;
        run([this, name] {
            const auto found = deadlines_.find(name);
            if (found == deadlines_.end()) return;
            found->second.watched = false;
            if (now() < found->second.when) return watch(name);
            const auto child = servers_.find(name);
            if (!deadlines_enabled_ || child == servers_.end() || child->second.pid == 0) return;
            ++closed_by_guard_;
            world_.note(id_.text, "guard: the deadline of " + name + " passed, it is killed");
            kill(name);
        });
    });
}

}  // namespace baton::simulation
