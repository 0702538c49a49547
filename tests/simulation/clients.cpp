#include "simulation/clients.hpp"

#include <algorithm>
#include <utility>

namespace baton::simulation {

namespace {

constexpr Duration direct_interval = milliseconds{15};
constexpr Duration patience = milliseconds{300};
constexpr Duration seek_pause = milliseconds{20};
/// Then it asks again, although nothing went wrong.
constexpr std::size_t writes_per_search = 20;
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

FrontClient::FrontClient(World& world, History& history, const Doors& doors, std::size_t first)
    : world_(world), history_(history), doors_(doors), at_(first) {}

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
    if (machine().paused()) return;
    const ConnectionPtr connection = connected();
    if (!connection) return finish(id, Outcome::failed);
    world_.after(way(world_), [this, id, connection] {
        const auto answered = [this, id](const std::string& error) {
            world_.after(way(world_), [this, id, refused = !error.empty()] {
                finish(id, refused ? Outcome::failed : Outcome::acknowledged);
            });
        };
        const std::size_t standbys = doors_.confirmations();
        const auto confirmed = [this, id, standbys] {
            world_.after(way(world_), [this, id, standbys] {
                history_.confirm(id);
                doors_.confirmed(id, standbys);
            });
        };
        doors_.server(server_)->write(connection, id, answered, {standbys, confirmed});
    });
}

ConnectionPtr FrontClient::connected() {
    if (connection_ && connection_->open) return connection_;
    FrontProcess& front = machine().front();
    server_ = front.writer(doors_.group);
    RedisModel* server = doors_.server(server_);
    connection_ = nullptr;
    if (server == nullptr) return nullptr;
    connection_ = server->connect([this] { cut(); });
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
        ++at_;
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

/// A load balancer asks often; a client only when it has lost its primary.
void SeekingClient::seek() {
    const std::vector<NodeId> nodes = around_.nodes();
    const NodeId node = nodes[at_++ % nodes.size()];
    around_.api->ask(node, request_for("GET", "/primary?group=" + around_.group.text),
                     [this, node](const Answer& answer) {
                         constexpr int here = 200;
                         if (answer.status == here) return found(node);
                         world_.after(seek_pause, [this] { seek(); });
                     });
}

void SeekingClient::found(const NodeId& node) {
    server_ = around_.server(node);
    connection_ = server_ == nullptr ? nullptr : server_->connect([this] {
        connection_ = nullptr;
        if (busy_) ended(current_, Outcome::unknown);
    });
    writes_left_ = writes_per_search;
    if (connection_) return write();
    world_.after(seek_pause, [this] { seek(); });
}

void SeekingClient::write() {
    if (!connection_ || writes_left_ == 0) return seek();
    --writes_left_;
    const std::uint64_t id = history_.begin(world_.now(), false);
    current_ = id;
    busy_ = true;
    world_.after(way(world_), [this, id, connection = connection_, server = server_] {
        server->write(connection, id, [this, id](const std::string& error) {
            world_.after(way(world_), [this, id, refused = !error.empty()] {
                ended(id, refused ? Outcome::failed : Outcome::acknowledged);
            });
        });
    });
    world_.after(patience, [this, id] {
        if (!busy_ || current_ != id) return;
        if (connection_) connection_->open = false;
        connection_ = nullptr;
        ended(id, Outcome::unknown);
    });
}

void SeekingClient::ended(std::uint64_t id, Outcome outcome) {
    history_.end(id, world_.now(), outcome);
    if (!busy_ || current_ != id) return;
    busy_ = false;
    if (outcome != Outcome::acknowledged) {
        if (connection_) connection_->open = false;
        connection_ = nullptr;
    }
    world_.after(direct_interval, [this] { write(); });
}

}  // namespace baton::simulation
