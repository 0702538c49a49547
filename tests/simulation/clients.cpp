#include "simulation/clients.hpp"

#include <algorithm>
#include <utility>

namespace baton::simulation {

namespace {

constexpr Duration direct_interval = milliseconds{15};
constexpr Duration patience = milliseconds{300};
constexpr Duration way_min = microseconds{60};
constexpr Duration way_max = microseconds{250};

Duration way(World& world) {
    return world.random().between(way_min, way_max);
}

}  // namespace

std::uint64_t History::begin(Instant now, bool through_front) {
    writes_.push_back({now, Instant::never(), Outcome::pending, through_front, false});
    return writes_.size() - 1;
}

void History::end(std::uint64_t id, Instant now, Outcome outcome) {
    WriteRecord& record = writes_[id];
    if (record.outcome != Outcome::pending) return;
    record.outcome = outcome;
    record.ended = now;
    if (outcome == Outcome::acknowledged && record.through_front) last_ = now;
}

std::uint64_t History::count(Outcome outcome, bool through_front) const {
    return static_cast<std::uint64_t>(std::ranges::count_if(writes_, [&](const WriteRecord& each) {
        return each.outcome == outcome && each.through_front == through_front;
    }));
}

std::vector<Duration> History::gaps(Instant from, Instant to, Duration least) const {
    std::vector<Instant> ends{from, to};
    for (const WriteRecord& each : writes_) {
        const bool counts = each.outcome == Outcome::acknowledged && each.through_front;
        if (counts && each.ended > from && each.ended < to) ends.push_back(each.ended);
    }
    std::ranges::sort(ends);
    std::vector<Duration> found;
    for (std::size_t i = 1; i < ends.size(); ++i) {
        if (ends[i] - ends[i - 1] >= least) found.push_back(ends[i] - ends[i - 1]);
    }
    return found;
}

Duration History::longest_gap(Instant from, Instant to) const {
    return std::ranges::max(gaps(from, to, Duration{0}));
}

FrontClient::FrontClient(World& world, History& history, std::vector<Machine*> machines,
                         const cluster::Group& group, std::map<InstanceId, RedisModel*> servers,
                         std::size_t first)
    : world_(world),
      history_(history),
      machines_(std::move(machines)),
      group_(group.id),
      standbys_(group.acknowledgements),
      servers_(std::move(servers)),
      at_(first % machines_.size()) {}

void FrontClient::start(Duration pace) {
    pace_ = pace;
    world_.after(way(world_), [this] { write(); });
}

void FrontClient::write() {
    const std::uint64_t id = history_.begin(world_.now(), true);
    current_ = id;
    busy_ = true;
    world_.after(way(world_), [this, id] { reach(id); });
    world_.after(patience, [this, id] {
        if (!busy_ || current_ != id) return;
        if (connection_) connection_->open = false;
        finish(id, Outcome::unknown);
    });
}

/// The write arrives at the front and goes on to the server behind it.
void FrontClient::reach(std::uint64_t id) {
    if (!busy_ || current_ != id) return;
    if (machines_[at_]->paused()) return;
    const ConnectionPtr connection = connected();
    if (!connection) return finish(id, Outcome::failed);
    world_.after(way(world_), [this, id, connection] {
        const auto answered = [this, id](const std::string& error) {
            world_.after(way(world_), [this, id, refused = !error.empty()] {
                finish(id, refused ? Outcome::failed : Outcome::acknowledged);
            });
        };
        const auto confirmed = [this, id] {
            world_.after(way(world_), [this, id] { history_.confirm(id); });
        };
        servers_.at(server_)->write(connection, id, answered, {standbys_, confirmed});
    });
}

ConnectionPtr FrontClient::connected() {
    if (connection_ && connection_->open) return connection_;
    FrontProcess& front = machines_[at_]->front();
    server_ = front.writer(group_);
    const auto server = servers_.find(server_);
    connection_ = nullptr;
    if (server == servers_.end()) return nullptr;
    connection_ = server->second->connect([this] { cut(); });
    if (connection_) front.passages.push_back({server_, connection_, [this] { cut(); }});
    return connection_;
}

void FrontClient::cut() {
    if (connection_) connection_->open = false;
    connection_ = nullptr;
    if (busy_) finish(current_, Outcome::unknown);
}

void FrontClient::finish(std::uint64_t id, Outcome outcome) {
    if (!busy_ || current_ != id) return history_.end(id, world_.now(), outcome);
    busy_ = false;
    history_.end(id, world_.now(), outcome);
    if (outcome != Outcome::acknowledged) {
        if (connection_) connection_->open = false;
        connection_ = nullptr;
        at_ = (at_ + 1) % machines_.size();
    }
    world_.after(outcome == Outcome::acknowledged ? pace_ : milliseconds{3}, [this] { write(); });
}

void DirectClient::again() {
    world_.after(direct_interval, [this] { write(); });
}

void DirectClient::write() {
    if (!connection_ || !connection_->open) {
        connection_ = server_.connect([this] {
            if (busy_) history_.end(current_, world_.now(), Outcome::unknown);
            const bool waited = std::exchange(busy_, false);
            connection_ = nullptr;
            if (waited) again();
        });
    }
    if (!connection_) return again();
    const std::uint64_t id = history_.begin(world_.now(), false);
    current_ = id;
    busy_ = true;
    world_.after(way(world_), [this, id, connection = connection_] {
        server_.write(connection, id, [this, id](const std::string& error) {
            if (!busy_ || current_ != id) return;
            busy_ = false;
            history_.end(id, world_.now(), error.empty() ? Outcome::acknowledged : Outcome::failed);
            again();
        });
    });
}

}  // namespace baton::simulation
